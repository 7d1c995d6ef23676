"""Listen: one-to-one talks, sentences to vote on, groups of people who tend to answer alike, what unites them."""
