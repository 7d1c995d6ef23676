"""Nobody learns what fewer than five people said: tried by somebody who knows the rule and can subtract."""

from itertools import product

import numpy as np
import pytest

import upwell
from upwell import listen
from upwell.listen import public, shares, stats

MOST_SEEN = 26  # beyond, nothing new happens: hidden counts and ranges only involve numbers up to 13
ANSWERS = 3


def all_cells():
    """Every way that up to MOST_SEEN people can answer: agree, disagree, pass; shape (3, n)."""
    triples = [t for t in product(range(MOST_SEEN + 1), repeat=3) if sum(t) <= MOST_SEEN]
    return np.array(triples).T


def counts_of(triples):
    agree, disagree, pass_ = triples[:, None, :]
    return stats.Counts(agree, disagree, pass_, agree + disagree + pass_)


def publications(triples):
    """What is published of each: shown counts, `seen`, and the ranges told in words, as one hashable thing each."""
    counts = counts_of(triples)
    hidden, unseen = public.hidden_counts(counts)
    told = [public.told_range(counts, hidden, unseen, answer) for answer in range(2)]
    shown = np.where(hidden[:, 0], -1, triples)
    seen = np.where(unseen[0], -1, counts.seen[0])
    columns = [*shown, seen, *(end[0] for ends in told for end in ends)]
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.fixture(scope="module")
def possible():
    """Publication -> all answers that lead to it: what somebody can conclude who knows the rule."""
    triples = all_cells()
    worlds = {}
    for published, triple in zip(publications(triples), triples.T.tolist(), strict=True):
        worlds.setdefault(published, []).append(triple)
    return {published: np.array(found) for published, found in worlds.items()}


def test_no_number_under_five_is_shown(possible):
    for published in possible:
        assert all(number == -1 or number >= 5 for number in published[:4])


def test_no_number_of_people_under_five_can_be_worked_out(possible):
    """Any of the answers, or any of them together, either is five or more or may be several numbers."""
    combinations = [c for c in product((0, 1), repeat=ANSWERS) if any(c)]
    for published, worlds in possible.items():
        for combination in combinations:
            numbers = np.unique(worlds @ combination)
            if len(numbers) == 1:
                assert numbers[0] >= 5, (published, combination)


def test_the_attack_finds_a_leak_where_there_is_one():
    """Hiding only the small count is not enough: `seen` less the rest gives it."""
    triples = all_cells()
    naive = {}
    for triple in triples.T.tolist():
        naive.setdefault((tuple(n if n >= 5 else -1 for n in triple), sum(triple)), []).append(triple)
    assert any(len(found) == 1 and min(found[0]) < 5 for found in naive.values())


def test_ranges_are_true_and_never_narrow(possible):
    for published, worlds in possible.items():
        for answer in range(2):
            low, high = published[4 + 2 * answer], published[5 + 2 * answer]
            if low >= 0:
                assert worlds[:, answer].min() >= low
                assert worlds[:, answer].max() <= high
                assert low == high == published[answer] or high - low == 4


def test_large_cells_are_shown_whole():
    hidden, unseen = public.hidden_counts(counts_of(np.array([[30], [5], [6]])))
    assert not hidden.any()
    assert not unseen.any()


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ((4, 0, 0), (None, None, None, None)),  # fewer than five saw it
        ((30, 20, 0), (30, None, None, 50)),  # nought is hidden, and the disagrees go along with the passes
        ((30, 3, 10), (30, None, None, 43)),  # the passes go along
        ((3, 30, 10), (None, 30, None, 43)),
        ((30, 3, 3), (30, None, None, 36)),  # six people together: not told apart
        ((4, 4, 30), (None, None, None, 38)),  # 38 - 30 = 8 would tell that both are 4
        ((38, 2, 0), (None, None, None, 40)),  # else 40 - 38 would tell of two people
        ((38, 2, 7), (38, None, None, 47)),
        ((5, 5, 5), (5, 5, 5, 15)),
        ((3, 4, 4), (None, None, None, 11)),
    ],
)
def test_the_rule_by_hand(answers, shown):
    table = one_group(*answers)
    assert (table.agree[0][0], table.disagree[0][0], table.pass_[0][0], table.seen[0][0]) == shown


def one_group(agree, disagree, pass_):
    """A group of 60 who saw a statement as given; the others did not see it. A second statement keeps them apart."""
    column = [1] * agree + [-1] * disagree + [0] * pass_
    matrix = np.ones((60, 2))
    matrix[:, 0] = column + [np.nan] * (60 - len(column))
    return listen.groups(matrix, labels=["A"] * 60).table()


def test_a_group_under_five_is_nowhere():
    matrix = np.vstack([np.ones((9, 3)), -np.ones((4, 3)), np.zeros((6, 3))])
    result = listen.groups(matrix, labels=["A"] * 9 + ["B"] * 4 + ["C"] * 6)
    table = result.table()
    assert (table.name, table.size) == (("A", "C"), (9, 6))
    assert result.shown == (0, 2)
    assert set(result.public_group().tolist()) == {0, 2, -1}
    assert (result.public_group()[9:13] == -1).all()
    assert result.describe(1) == []
    for entry in (*result.unites(9), *result.divides(9)):
        assert {share.group for share in entry.shares} <= {0, 2}
    assert str(result.headline()).endswith("We see 2 groups.")


def test_no_group_to_show():
    result = listen.groups(np.ones((4, 2)), labels=[0] * 4)
    assert "Too few people" in str(result.headline())
    assert (result.table().agree, result.unites(), result.divides()) == ((), (), ())


@pytest.mark.slow
def test_totals_give_nothing_away():
    """A total over all voters is told only if what it leaves after all shown groups is nobody, or five of each."""
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(40):
        matrix = rng.choice([1.0, -1.0, 0.0, np.nan], size=(300, 30), p=rng.dirichlet([3, 3, 2, 2]))
        labels = rng.choice([-1, 0, 1, 2], size=len(matrix), p=[0.1, 0.5, 0.39, 0.01])
        result = listen.groups(matrix, labels=labels)
        table = result.table()
        for j, share in enumerate(table.agree_share):
            if share is None:
                continue
            told += 1
            cells = [[row[j] for row in answer] for answer in (table.agree, table.disagree, table.pass_)]
            assert all(number is not None for row in cells for number in row)
            total = (result.total.agree, result.total.disagree, result.total.pass_)
            left = [int(t[0, j]) - sum(row) for t, row in zip(total, cells, strict=True)]
            assert left == [0, 0, 0] or min(left) >= 5
            assert share == result.total.agree[0, j] / result.total.seen[0, j]
    assert told > 50


def test_shown_numbers_are_the_true_ones(exports):
    result = listen.groups(exports["scoop-hivemind.biodiversity"])
    table = result.table()
    pairs = (
        (table.agree, result.counts.agree),
        (table.disagree, result.counts.disagree),
        (table.pass_, result.counts.pass_),
        (table.seen, result.counts.seen),
    )
    for shown, true in pairs:
        for row, g in enumerate(table.group):
            assert all(n is None or n == true[g, j] for j, n in enumerate(shown[row]))
            assert any(n is not None for n in shown[row])


def test_a_higher_minimum_may_be_asked_a_lower_not():
    result = listen.groups(np.vstack([np.ones((9, 2)), -np.ones((12, 2))]), labels=[0] * 9 + [1] * 12)
    assert result.table(minimum=10).name == ("1",)
    with pytest.raises(upwell.InputError, match="never shown"):
        result.table(minimum=4)


# Shares in words


def test_wilson_by_hand():
    """8 of 10 with z = 2: middle (.8 + .2)/(1.4) and half-width 2/1.4 sqrt(.016 + .01)."""
    low, high = shares.wilson(8, 10, z=2.0)
    assert low == pytest.approx(1 / 1.4 - 2 / 1.4 * np.sqrt(0.026))
    assert high == pytest.approx(1 / 1.4 + 2 / 1.4 * np.sqrt(0.026))
    assert shares.wilson(0, 5)[0] == 0.0
    assert shares.wilson(5, 5)[1] == 1.0


def test_wilson_is_as_sure_as_it_says():
    """Over all samples of 50 from a share of .3 the 90 % interval holds .3 about 90 times in 100."""
    rng = np.random.default_rng(2)
    low, high = shares.wilson(rng.binomial(50, 0.3, size=20_000), 50)
    assert 0.87 < ((low <= 0.3) & (high >= 0.3)).mean() < 0.93


@pytest.fixture
def three_kinds():
    """Statements: both groups yes; one yes, one no; few saw it; left to the first group."""
    matrix = np.full((40, 4), np.nan)
    matrix[:, 0] = [1] * 18 + [-1] * 2 + [1] * 12 + [-1] * 8
    matrix[:, 1] = [1] * 15 + [-1] * 5 + [-1] * 15 + [1] * 5
    matrix[:22, 2] = 1
    matrix[:20, 3] = 1
    return listen.groups(matrix, labels=["A"] * 20 + ["B"] * 20)


def test_what_unites(three_kinds):
    """18 of 20 is told as "at least 16": two people are not told of. 12 of 20 can be told as it is."""
    assert [entry.statement for entry in three_kinds.unites()] == [0]
    assert [(s.low, s.high) for s in three_kinds.shares(0)] == [(80, 100), (60, 60)]
    assert [str(say) for say in three_kinds.describe_unites()] == [
        "In every group, 60 to 100 in 100 say yes to statement 0."
    ]


def test_what_divides(three_kinds):
    """15 of 20 against 5 of 20: 75 and 25 in 100."""
    first = three_kinds.divides(1)
    assert [entry.statement for entry in first] == [1]
    assert [str(say) for say in three_kinds.describe_divides(1)] == [
        "From group to group, 25 to 75 in 100 say yes to statement 1."
    ]


def test_too_few_saw_it(three_kinds):
    assert three_kinds.shares(2)[1] is None
    assert three_kinds.shares(3)[1] is None
