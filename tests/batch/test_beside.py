"""Stages beside one another: an item goes through all of them before the next one begins."""

from maquette.batch.host import Host
from maquette.batch.manifests import merged
from maquette.batch.runner import LocalPlace
from tests import toys


class Told(LocalPlace):
    """One slot, and the order in which work was sent."""

    def __init__(self, host):
        super().__init__(host)
        self.sent = []

    def slots(self, parallel):
        """One at a time, so that there is an order to see."""
        return 1

    def run(self, job, tasks):
        """Remember and run."""
        self.sent.append(job.stage.partition(":")[2])
        return super().run(job, tasks)


def test_results_are_those_of_stages_run_apart(folder):
    """The same manifests come out, whichever way the work is ordered."""
    texts = toys.texts(folder, "a", "b", "c")
    apart = toys.runner_on(folder)
    expected = [apart.run(stage, texts).digest for stage in (toys.double, toys.moment)]
    beside = toys.runner_on(folder).run_beside([toys.double, toys.moment], texts)
    assert expected == [manifest.digest for manifest in beside]


def test_an_item_goes_through_all_stages_at_once(folder):
    """First both stages of the first item, then both of the second."""
    place = Told(Host(folder, toys.CRAFT))
    texts = toys.texts(folder, "a", "b")
    toys.runner_on(folder, place=place).run_beside([toys.double, toys.moment], texts)
    assert ["double", "moment", "double", "moment"] == place.sent


def test_each_stage_counts_for_itself(folder):
    """What one stage had made before is reused while the other makes its own."""
    texts = toys.texts(folder, "a", "b")
    runner = toys.runner_on(folder)
    runner.run(toys.double, texts)
    runner.run_beside([toys.double, toys.moment], texts)
    assert [(0, 2, 0), (2, 0, 0)] == [
        toys.counts(runner, stage) for stage in (toys.double, toys.moment)
    ]


def test_one_stage_may_set_aside_what_another_delivers(folder):
    """An item refused by one stage is still delivered by the other."""
    texts = toys.texts(folder, "ugly", "b")
    both = merged(texts, toys.runner_on(folder).run(toys.double, texts))
    judged, moments = toys.runner_on(folder).run_beside([toys.inspect, toys.moment], both)
    assert [False, True] == [row.ok for row in judged.rows]
    assert [True, True] == [row.ok for row in moments.rows]
