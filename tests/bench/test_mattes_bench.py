"""The bench of mattes measures what it says, on what it draws itself."""

import json

import pytest

from bench.mattes import main, moving_disc, time_figures


def test_without_test_data_the_rest_is_measured(capsys):
    """Errors against a known alpha are skipped and say so; flicker and lag are within bounds."""
    main([])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "no --data folder" == told[0]["skipped"]
    assert [True, True, None] == [figure["ok"] for figure in told[1:]]


@pytest.mark.parametrize("step_px", [0.0, 8.0], ids=["still", "fast"])
def test_figures_hold_at_any_speed(step_px):
    """Neither a still nor a fast disc flickers or lags beyond the bounds."""
    assert all(figure.ok is not False for figure in time_figures(step_px=step_px))


def test_the_disc_is_as_noisy_as_asked():
    """Without noise the matte is the truth, with noise it differs along the edge only."""
    (_, clean, truth), *_ = moving_disc(2, noise=0, frames=1)
    assert (clean.alpha == truth).all()
    (_, noisy, truth), *_ = moving_disc(2, noise=0.1, frames=1)
    soft = (truth > 0) & (truth < 1)
    assert (noisy.alpha[~soft] == truth[~soft]).all()
    assert 0.05 < (noisy.alpha - truth)[soft].std() < 0.12
