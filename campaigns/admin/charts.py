"""What the theme's charts (Chart.js) read: series with their labels, and how drawn."""

import json
from collections.abc import Mapping, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import reader_locale

COLOURS = ("#0f6b5c", "#b8b0a2")
WASH = "rgba(15, 107, 92, 0.16)"

type Series = Sequence[int | None]


def bars(labels: Sequence[str], series: Mapping[str, Series]) -> tuple[str, str]:
    """Groups beside each other: data and options."""
    datasets = [
        {
            "label": label,
            "data": list(values),
            "backgroundColor": colour,
            "borderRadius": 4,
            "maxBarThickness": 32,
        }
        for (label, values), colour in zip(series.items(), COLOURS, strict=False)
    ]
    return _data(labels, datasets), _options(legend=len(datasets) > 1)


def steps(labels: Sequence[str], label: str, values: Series) -> tuple[str, str]:
    """One under the other, each as long as its count: data and options."""
    bar = {"label": label, "data": list(values), "backgroundColor": COLOURS[0]}
    options = json.loads(_options(legend=False)) | {"indexAxis": "y"}
    options["scales"] = {
        "x": {**options["scales"]["y"], "grid": {"lineWidth": 0.5}},
        "y": {**options["scales"]["x"], "ticks": {"color": "#626c66", "display": True}},
    }
    return _data(labels, [bar]), json.dumps(options)


def interval(
    labels: Sequence[str], effect: Series, low: Series, high: Series
) -> tuple[str, str]:
    """A line in the band that holds it: data and options."""
    edge = {"borderWidth": 0, "pointRadius": 0, "backgroundColor": WASH}
    datasets = [
        {
            "label": _("Extra visits"),
            "data": list(effect),
            "borderColor": COLOURS[0],
            "backgroundColor": COLOURS[0],
            "borderWidth": 2,
        },
        {**edge, "label": _("From"), "data": list(low), "fill": False},
        {**edge, "label": _("To"), "data": list(high), "fill": "-1"},
    ]
    return _data(labels, datasets), _options(legend=True)


def _data(labels: Sequence[str], datasets: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(
        {"labels": list(labels), "datasets": list(datasets)}, ensure_ascii=False
    )


def _options(*, legend: bool) -> str:
    script = "TC" if get_language() == "zh-hant" else "SC"
    font = {"family": f"system-ui, 'PingFang {script}', 'Noto Sans CJK {script}'"}
    ticks = {"font": font, "color": "#626c66", "display": True}
    return json.dumps(
        {
            "responsive": True,
            "maintainAspectRatio": False,
            "animation": False,
            "locale": reader_locale().replace("_", "-"),
            "plugins": {
                "legend": {"display": legend, "labels": {"font": font, "boxWidth": 12}}
            },
            "scales": {
                "x": {"grid": {"display": False}, "ticks": ticks},
                "y": {
                    "beginAtZero": True,
                    "grid": {"lineWidth": 0.5},
                    "border": {"display": False},
                    "ticks": {**ticks, "maxTicksLimit": 6, "precision": 0},
                },
            },
        }
    )
