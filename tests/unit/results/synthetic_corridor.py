"""Routes, legs and posts that a synthetic run pretends to have used; the places are real ones."""

from __future__ import annotations

ROADS = {
    "kunduz~moscow~road": """kunduz panji_poyon bokhtar dushanbe khujand tashkent shymkent kyzylorda aral
        aktobe uralsk samara moscow""",
    "fayzabad~yekaterinburg~road": """fayzabad ishkashim khorog sary_tash osh bishkek almaty balkhash
        karaganda temirtau astana kokshetau petropavl kurgan yekaterinburg""",
    "mazar~volgograd~road": """mazar hairatan termez karshi bukhara urgench nukus kungrad beyneu makat atyrau
        ganyushkino astrakhan volgograd""",
    "herat~aktau~road": "herat serhetabat mary ashgabat turkmenbashi",
}
RAIL = {
    "kunduz~samara~rail": """dushanbe termez bukhara tashkent saryagash arys kyzylorda aral kandyagash aktobe
        orenburg samara""",
    "kunduz~petropavl~rail": """saryagash arys shymkent taraz kulan shu saryshagan karaganda astana
        kokshetau petropavl""",
}
OTHER = """kunduz kulob green
fayzabad khorog green
turkmenbashi aktau sea
aktau alat sea
almaty moscow air
dushanbe moscow air
korday tokmok green"""
MARKETS = {
    "moscow": "RU",
    "yekaterinburg": "RU",
    "volgograd": "RU",
    "samara": "RU",
    "urumqi": "CN",
    "alat": "AZ",
}
POSTS = """sher_khan AF,TJ frontier_road 37.19 68.58
ishkashim AF,TJ frontier_road 36.72 71.61
hairatan AF,UZ frontier_road 37.22 67.42
oybek TJ,UZ frontier_road 40.27 69.0
turgundi AF,TM frontier_road 35.25 62.28
dusti TJ,UZ frontier_rail 38.45 67.95
zhibek_zholy UZ,KZ frontier_road 41.5 69.3
korday KG,KZ frontier_road 43.01 74.7
tazhen UZ,KZ frontier_road 44.4 56.2
saryagash_rail UZ,KZ frontier_rail 41.4 69.2
zhaisan KZ,RU frontier_road 50.75 56.6
syrym KZ,RU frontier_road 51.9 51.2
kurmangazy KZ,RU frontier_road 46.6 48.6
kyzyl_zhar KZ,RU frontier_road 55.2 68.3
karaganda_inland KZ inland 49.8 73.1
aktau_port KZ port 43.6 51.2
almaty_airport KZ airport 43.35 77.04
af_tj__kunduz__kulob AF,TJ green_border 37.4 69.3"""
"""Crossing, sides, class, latitude, longitude."""

MEANS = {
    "frontier_road": ["tip", "scanner", "dog", "search"],
    "frontier_rail": ["tip", "dog", "search"],
    "inland": ["tip", "search"],
    "port": ["tip", "scanner"],
    "airport": ["scanner", "dog"],
    "green_border": ["patrol"],
}
