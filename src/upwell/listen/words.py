"""The sentences of `upwell.listen`. `{statement}` is a statement's number; the site puts its text in its place."""

from upwell._kit.say import Words, gettext_noop

WORDS: Words = {
    "listen.groups": (
        gettext_noop("People answer much alike. We see {n} group."),
        gettext_noop("People answer in {n} different ways. We see {n} groups."),
    ),
    "listen.no_groups": gettext_noop(
        "Too few people have answered to show groups. A group is shown when it has five people or more."
    ),
    "listen.size": (gettext_noop("Group {group}: {n} person."), gettext_noop("Group {group}: {n} people.")),
    "listen.yes": gettext_noop("{share} in group {group} say yes to statement {statement}."),
    "listen.no": gettext_noop("{share} in group {group} say no to statement {statement}."),
    "listen.nothing_yet": gettext_noop("Group {group} has not said anything yet that marks it. More votes will help."),
    "listen.exactly": gettext_noop("{low} in 100 ({likely_low} to {likely_high})"),
    "listen.at_least": gettext_noop("At least {low} in 100"),
    "listen.at_most": gettext_noop("At most {high} in 100"),
    "listen.unites": gettext_noop("In every group, {low} to {high} in 100 say yes to statement {statement}."),
    "listen.divides": gettext_noop("From group to group, {low} to {high} in 100 say yes to statement {statement}."),
}
