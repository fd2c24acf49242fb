"""The columns of a run's frames: unit, meaning, how each adds up over the rows, how it is stored.

Nothing about a column is guessed from its spelling; a frame that has a column not listed here, or lacks
one that is, is refused when a result is made. Loads and seizures have one more column per commodity, in
kilograms, placed before `total_kg`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Adds = Literal["sum", "mean", "first", "last", "ratio", "none"]
Stored = Literal["text", "int64", "float64", "bool", "time"]

COMMODITY_FRAMES = ("seizures", "loads")


@dataclass(frozen=True, slots=True)
class Metric:
    """One column of a frame.

    Parameters
    ----------
    unit : str
        "kg", "h", "USD", "1" for a share, "" for a name, a time or a mark.
    adds : str
        Over the rows of its frame: summed, averaged, the first or the last row's value, a ratio of two
        other columns' totals, or none (names, times, marks).
    of : tuple of two column names, or empty
        Numerator and denominator of a ratio.
    """

    meaning: str
    unit: str
    adds: Adds
    stored: Stored
    of: tuple[str, str] | tuple[()] = ()


def _text(meaning: str) -> Metric:
    return Metric(meaning, "", "none", "text")


def _time(meaning: str) -> Metric:
    return Metric(f"{meaning} (local standard time)", "", "none", "time")


def _mark(meaning: str) -> Metric:
    return Metric(meaning, "", "none", "bool")


def _count(meaning: str, unit: str, adds: Adds = "sum") -> Metric:
    return Metric(meaning, unit, adds, "int64")


def _number(meaning: str, unit: str, adds: Adds = "sum") -> Metric:
    return Metric(meaning, unit, adds, "float64")


def _ratio(meaning: str, unit: str, over: str, under: str) -> Metric:
    return Metric(meaning, unit, "ratio", "float64", (over, under))


_WEEK = Metric("number of the week", "", "none", "int64")
_SENT = _number("dispatched", "kg")
_DELIVERED = _number("reached a market", "kg")
_SEIZED = _number("seized and kept", "kg")
_EXPECTED = _number("conditional expectation of the kilograms seized and kept, given the realised past", "kg")
_DIVERTED = _number("released after seizure and turned to the local market", "kg")
_LOST = _number("abandoned or spoilt on the way", "kg")
_UNDER_WAY = _number("still on the way when the week ends", "kg", "last")
_RECORDED = _number("what the services' records show as seized", "kg")
_BRIBES = _number("bribes paid to officers", "USD")
_WAGES = _number("wages paid to couriers", "USD")
_PROFIT = _number("sales less purchase, carriage, wages and bribes", "USD")
_TRAFFIC = _number("licit vehicles, wagons and passengers' cars handled", "vehicles")
_DELAY = _number("time licit vehicles lost at posts", "vehicle-hours")
_FALSE_ALARMS = _number("licit vehicles searched after an alarm, with nothing found", "vehicles")
_PERSONS = _count("couriers arrested", "persons")
_COUNTRY = _text("country, ISO 3166 alpha-2")
_AGENCY = _text("service that holds the post")
_CLASS = _text("kind of post")
_TIER = _text("size class of the trafficker")
_TRAFFICKER = _text("trafficker's name")
_ROUTE = _text("route's name")
_COVER = _text("what the load travelled in")
_TOTAL = _number("all commodities together", "kg")

FRAMES: Mapping[str, Mapping[str, Metric]] = {
    "weekly": {
        "week": _WEEK,
        "start": _time("beginning of the week"),
        "sent_kg": _SENT,
        "delivered_kg": _DELIVERED,
        "seized_kg": _SEIZED,
        "diverted_kg": _DIVERTED,
        "lost_kg": _LOST,
        "under_way_kg": _UNDER_WAY,
        "sent_loads": _count("loads dispatched", "loads"),
        "delivered_loads": _count("loads that reached a market", "loads"),
        "seized_loads": _count("loads seized and kept", "loads"),
        "expected_seized_kg": _EXPECTED,
        "expected_seized_loads": _number("conditional expectation of the loads seized and kept", "loads"),
        "recorded_seized_kg": _RECORDED,
        "interdiction_share": _ratio("kilograms seized over kilograms sent", "1", "seized_kg", "sent_kg"),
        "active_routes": _number("routes on which loads were sent", "routes", "mean"),
        "bribes_usd": _BRIBES,
        "wages_usd": _WAGES,
        "profit_usd": _PROFIT,
        "arrests": _PERSONS,
        "controlled_deliveries": _count("seizures on a tip followed to their end under watch", "operations"),
        "licit_vehicles": _TRAFFIC,
        "delay_vehicle_h": _DELAY,
        "delay_cost_usd": _number("that delay at the declared cost of an hour", "USD"),
        "false_alarms": _FALSE_ALARMS,
        "liability_usd": _number("paid to carriers whose opened cargo was clean", "USD"),
        "public_cost_usd": _number("running cost of the controls to the state", "USD"),
        "mean_corruption": _number("mean over posts of the share of officers that take bribes", "1", "mean"),
    },
    "mass": {
        "week": _WEEK,
        "commodity": _text("commodity"),
        "opening_kg": _number("under way when the week begins", "kg", "first"),
        "sent_kg": _SENT,
        "delivered_kg": _DELIVERED,
        "seized_kg": _SEIZED,
        "diverted_kg": _DIVERTED,
        "lost_kg": _LOST,
        "under_way_kg": _UNDER_WAY,
        "expected_seized_kg": _EXPECTED,
    },
    "markets": {
        "commodity": _text("commodity"),
        "market": _text("market place"),
        "country": _COUNTRY,
        "delivered_kg": _DELIVERED,
        "delivered_loads": _count("loads that reached the market", "loads"),
        "expected_delivered_kg": _number("conditional expectation of the kilograms delivered", "kg"),
    },
    "posts": {
        "post_id": _text("control post"),
        "name": _text("post's name"),
        "crossing_id": _text("crossing the post belongs to"),
        "country": _COUNTRY,
        "agency": _AGENCY,
        "klass": _CLASS,
        "lat": _number("latitude, WGS 84", "degrees", "none"),
        "lon": _number("longitude, WGS 84", "degrees", "none"),
        "encounters": _count("times a load reached the post", "encounters"),
        "inspected": _count("encounters that led to an inspection", "encounters"),
        "seizures": _count("loads seized and kept", "loads"),
        "seized_kg": _SEIZED,
        "expected_seized_kg": _EXPECTED,
        "released": _count("loads seized and released on a superior's order", "loads"),
        "bribed": _count("loads let through for a bribe", "loads"),
        "bribes_usd": _BRIBES,
        "refused": _count("bribes offered and refused", "offers"),
        "licit_vehicles": _TRAFFIC,
        "delay_vehicle_h": _DELAY,
        "mean_wait_h": _number("mean over the hours of the wait for a lane", "h", "mean"),
        "false_alarms": _FALSE_ALARMS,
        "scanner_up_share": _number("share of hours with a working scanner", "1", "mean"),
        "corruption": _number("share of officers that take bribes", "1", "mean"),
        "seized_by_tip": _count("seizures that began with a tip", "loads"),
        "seized_by_scanner": _count("seizures that began with a scanner image", "loads"),
        "seized_by_dog": _count("seizures that began with a dog's alert", "loads"),
        "seized_by_search": _count("seizures by search alone", "loads"),
        "seized_by_patrol": _count("seizures by a patrol between posts", "loads"),
    },
    "traffickers": {
        "trafficker_id": _TRAFFICKER,
        "tier": _TIER,
        "behaviour": _text("rule by which the trafficker chooses routes"),
        "home": _text("place the trafficker sends from"),
        "sent_kg": _SENT,
        "sent_loads": _count("loads dispatched", "loads"),
        "delivered_kg": _DELIVERED,
        "seized_kg": _SEIZED,
        "profit_usd": _PROFIT,
        "bribes_usd": _BRIBES,
        "wages_usd": _WAGES,
        "couriers_arrested": _PERSONS,
        "active_routes": _number("routes in use", "routes", "mean"),
        "weeks_lying_low": _count("weeks in which nothing was sent out of caution", "weeks"),
    },
    "seizures": {
        "time": _time("hour of the seizure"),
        "week": _WEEK,
        "load_id": _text("load's name"),
        "post_id": _text("control post"),
        "country": _COUNTRY,
        "agency": _AGENCY,
        "klass": _CLASS,
        "means": _text("what found the load"),
        "trafficker_id": _TRAFFICKER,
        "tier": _TIER,
        "cover": _COVER,
        "route_id": _ROUTE,
        "total_kg": _TOTAL,
        "released": _mark("released later on a superior's order"),
        "recorded": _mark("entered in a service's records"),
        "recorded_by": _text("service that recorded it"),
        "recorded_kg": _RECORDED,
    },
    "loads": {
        "load_id": _text("load's name"),
        "trafficker_id": _TRAFFICKER,
        "tier": _TIER,
        "courier": _text("courier's name"),
        "dispatched": _time("hour of dispatch"),
        "route_id": _ROUTE,
        "origin": _text("place the load left from"),
        "market": _text("market place it was meant for"),
        "mode_class": _text("how the route is travelled"),
        "cover": _COVER,
        "total_kg": _TOTAL,
        "fate": _text("where the load is, or how it ended"),
        "fate_time": _time("hour of its fate; blank while under way"),
        "fate_post": _text("post at which it ended; blank if at none"),
        "encounters": _count("posts reached", "encounters"),
        "expected_seized_kg": _EXPECTED,
        "through_kz": _mark("its route enters Kazakhstan"),
        "entered_kz": _mark("it came to a post of Kazakhstan"),
        "entered_ca": _mark("it came to a post of Central Asia"),
    },
    "countries": {
        "country": _COUNTRY,
        "seized_kg": _SEIZED,
        "seizures": _count("loads seized and kept", "loads"),
        "expected_seized_kg": _EXPECTED,
        "recorded_kg": _RECORDED,
        "entered_kg": _number("got into the country", "kg", "none"),
        "interdiction_share": Metric("seized over what entered the country", "1", "none", "float64"),
    },
    "interdiction": {
        "area": _text("country, ISO 3166 alpha-2, or central_asia"),
        "commodity": _text("commodity"),
        "entered_kg": _number("came to a post of the area", "kg", "none"),
        "seized_kg": _number("seized and kept in the area", "kg", "none"),
        "expected_seized_kg": _number(
            "conditional expectation of the kilograms seized and kept", "kg", "none"
        ),
        "interdiction_share": Metric("seized over what entered the area", "1", "none", "float64"),
        "expected_share": Metric("expected seizures over what entered the area", "1", "none", "float64"),
    },
    "flows": {
        "leg_id": _text("leg, in the direction travelled"),
        "mode": _text("how the leg is travelled"),
        "from_id": _text("place the leg begins at"),
        "to_id": _text("place the leg ends at"),
        "kg": _number("carried over the leg", "kg", "none"),
        "loads": _count("loads carried over the leg", "loads", "none"),
        "seized_kg": _SEIZED,
    },
}


def commodity_column(commodity: str) -> str:
    """Name of the column of one commodity in the frames of loads and seizures."""
    return f"{commodity}_kg"


def columns_of(frame_name: str, commodities: Iterable[str]) -> dict[str, Metric]:
    """Every column of a frame in order, those of the commodities included."""
    declared = FRAMES[frame_name]
    if frame_name not in COMMODITY_FRAMES:
        return dict(declared)
    columns: dict[str, Metric] = {}
    for name, metric in declared.items():
        if name == "total_kg":
            columns |= {commodity_column(c): _number(f"{c} in the load", "kg") for c in commodities}
        columns[name] = metric
    return columns


def column_faults(frame_name: str, present: Iterable[str], columns: Mapping[str, Metric]) -> list[str]:
    """What is wrong with a frame's columns, one line each; empty if nothing is."""
    names = list(present)
    faults = [f"{frame_name}: column {name!r} is missing" for name in columns if name not in names]
    faults += [f"{frame_name}: column {name!r} has no declared unit" for name in names if name not in columns]
    return faults


def with_units(frame: pd.DataFrame, columns: Mapping[str, Metric]) -> pd.DataFrame:
    """The frame in declared order and types, its units in `attrs['units']`; the argument is left as it is."""
    import pandas as pd

    text = pd.Series(["text"]).dtype
    kept: dict[str, Any] = {}
    for name, metric in columns.items():
        values = frame[name].reset_index(drop=True)
        if metric.stored == "text":
            kept[name] = values.astype(object).where(values.notna(), "").astype(text)
        elif metric.stored == "time":
            kept[name] = values.astype("datetime64[ms]")
        else:
            kept[name] = values.astype(metric.stored)
            if metric.stored == "int64" and not (kept[name] == values).all():
                raise ValueError(f"column {name!r} holds whole numbers only")
    made = pd.DataFrame(kept, columns=list(columns))
    made.attrs["units"] = {name: metric.unit for name, metric in columns.items()}
    return made


def totals_of(frame: pd.DataFrame, columns: Mapping[str, Metric]) -> dict[str, float]:
    """Each metric of a frame added up over its rows as it declares; names, times and marks are left out.

    A ratio whose denominator is zero is NaN.
    """
    totals: dict[str, float] = {}
    for name, metric in columns.items():
        values = frame[name]
        if metric.adds == "ratio":
            over, under = (float(frame[part].sum()) for part in metric.of)
            totals[name] = over / under if under else float("nan")
        elif metric.adds in ("first", "last"):
            totals[name] = float(values.iloc[0 if metric.adds == "first" else -1])
        elif metric.adds == "sum":
            totals[name] = float(values.sum())
        elif metric.adds == "mean":
            totals[name] = float(values.mean())
    return totals
