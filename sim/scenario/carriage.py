"""Covers and travel as the analyst writes them: what hides a load, how fast it goes, what it costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.quantity import Quantity, Spec, quantity
from sim.scenario.variants import NO_FIGURE, vary

CPMM = "CAREC CPMM 2022, Kazakhstan"


class CoverSpec(Spec):
    """What a cover does to selection and to the sensors."""

    select_factor: Quantity = quantity(
        1.0,
        "1",
        "definition: trucks are the reference",
        low=1,
        high=1,
        least=0,
        status="derived",
        doc="selection of this cover relative to an ordinary truck",
    )
    image_factor: Quantity = quantity(
        0.8,
        "1",
        NO_FIGURE + "contrast of heroin among cargo",
        low=0.4,
        high=1.0,
        least=0,
        most=1,
        doc="how well the scanner image shows a load in this cover",
    )
    image_half_kg: Quantity = quantity(
        5.0,
        "kg",
        NO_FIGURE + "a small load drowns in twenty tonnes of cargo",
        low=1,
        high=20,
        least=0.001,
        doc="mass of a load that shows half as well as a very large one",
    )
    odour_factor: Quantity = quantity(
        0.8,
        "1",
        NO_FIGURE + "odour that gets out of the cover",
        low=0.4,
        high=1.0,
        least=0,
        most=1,
        doc="how well a dog can smell a load in this cover",
    )
    find_factor: Quantity = quantity(
        1.0,
        "1",
        NO_FIGURE + "how well a search by hand finds a load in this cover",
        low=0.5,
        high=1,
        least=0,
        most=1,
        doc="chance that a search finds the load relative to an ordinary truck",
    )
    usd_per_km: Quantity = quantity(
        0.5,
        "usd",
        NO_FIGURE + "hire and fuel",
        low=0.2,
        high=1.5,
        least=0,
        doc="cost of moving a load over a km",
    )
    most_kg: Quantity = quantity(
        2000.0,
        "kg",
        "UNODC 2012: a truck of 20 t of fruit can hide hundreds of kg",
        low=500,
        high=5000,
        least=0.001,
        doc="largest load that the cover takes",
    )


def _cover(**changes: float) -> CoverSpec:
    spread = {
        k: {"value": v, "low": 0.5 * v, "high": min(1.0, 1.5 * v) if k.endswith("factor") else 2.0 * v}
        for k, v in changes.items()
    }
    return vary(
        CoverSpec(),
        {
            k: {**v, "source": NO_FIGURE + "relative to an ordinary truck", "status": "assumed"}
            for k, v in spread.items()
        },
    )


class Covers(Spec):
    """Covers, in the words of FACTS section 12.2-12.3."""

    tir_truck: CoverSpec = _cover(usd_per_km=0.8)
    produce_truck: CoverSpec = _cover(image_factor=0.5, odour_factor=0.6, find_factor=0.7, usd_per_km=0.6)
    other_truck: CoverSpec = CoverSpec()
    car: CoverSpec = _cover(
        select_factor=0.4, image_factor=0.7, odour_factor=0.9, usd_per_km=0.15, most_kg=60.0
    )
    passenger_train: CoverSpec = _cover(
        select_factor=0.6, image_factor=0.0, odour_factor=0.9, usd_per_km=0.05, most_kg=25.0
    )
    freight_wagon: CoverSpec = _cover(
        select_factor=0.5, image_factor=0.5, odour_factor=0.5, find_factor=0.6, usd_per_km=0.3, most_kg=5000.0
    )
    foot_horse: CoverSpec = _cover(image_factor=0.0, odour_factor=1.0, usd_per_km=2.0, most_kg=60.0)
    ferry: CoverSpec = _cover(usd_per_km=0.5)
    air: CoverSpec = _cover(
        image_factor=0.9, image_half_kg=0.5, odour_factor=0.9, usd_per_km=0.3, most_kg=3.0
    )


class Travel(Spec):
    """Speeds, waits and the search for candidate routes."""

    road_kmh: Quantity = quantity(
        31.2,
        "km_per_h",
        CPMM + ": road, with stops",
        low=21.5,
        high=40,
        least=1,
        status="read",
        doc="speed on the road, stops included",
    )
    rail_kmh: Quantity = quantity(
        10.4,
        "km_per_h",
        CPMM + ": rail, with stops",
        low=8.9,
        high=15.3,
        least=1,
        status="read",
        doc="speed on rail, stops included",
    )
    sea_kmh: Quantity = quantity(
        15.0,
        "km_per_h",
        NO_FIGURE + "Caspian ferry",
        low=10,
        high=25,
        least=1,
        doc="speed at sea, waits in port included",
    )
    air_kmh: Quantity = quantity(
        400.0,
        "km_per_h",
        NO_FIGURE + "airliner with check-in",
        low=300,
        high=700,
        least=1,
        doc="speed by air, waits included",
    )
    foot_kmh: Quantity = quantity(
        3.0,
        "km_per_h",
        NO_FIGURE + "loaded people and horses",
        low=2,
        high=5,
        least=0.1,
        doc="speed on foot or horse over the green border",
    )
    track_kmh: Quantity = quantity(
        15.0,
        "km_per_h",
        NO_FIGURE + "vehicle off the road",
        low=8,
        high=25,
        least=0.1,
        doc="speed of a vehicle over the green border",
    )
    transfer_h: Quantity = quantity(
        24.0,
        "h",
        NO_FIGURE + "changing train or truck takes a day",
        low=6,
        high=72,
        least=0,
        doc="time to change the mode of transport at a place",
    )
    border_h: Quantity = quantity(
        8.2,
        "h",
        "CAREC CPMM 2022, Kazakhstan: road 2021 (route search only)",
        low=4,
        high=14,
        least=0,
        status="read",
        doc="border time assumed when routes are compared",
    )
    cost_ceiling: Annotated[float, Field(ge=1.0, le=10.0)] = 1.6
    most_per_pair: Annotated[int, Field(ge=1, le=2000)] = 100
    loss_per_day: Quantity = quantity(
        0.0005,
        "per_day",
        NO_FIGURE + "loads abandoned or spoilt on the way",
        low=0.0001,
        high=0.002,
        least=0,
        most=1,
        doc="chance that a load is abandoned or spoilt in a day of travel",
    )
    turn_back_prob: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "a courier whose bribe is refused may turn round",
        low=0.0,
        high=0.5,
        least=0,
        most=1,
        doc="chance to turn back and try again after a refused bribe",
    )
    turn_back_h: Quantity = quantity(
        24.0, "h", NO_FIGURE + "the next day", low=6, high=72, least=1, doc="wait before the next try"
    )
    most_tries: Annotated[int, Field(ge=1, le=200)] = 4
    patience_h: Quantity = quantity(
        336.0,
        "h",
        NO_FIGURE + "two weeks before a load is given up",
        low=72,
        high=720,
        least=1,
        most=8760,
        doc="longest wait at a closed post before the load is abandoned",
    )
