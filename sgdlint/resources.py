"""Where the files that stand outside the Python code are: `rules.d` and `grammar`."""

from __future__ import annotations

import os.path


def find(name: str) -> str:
    """Return the path of the folder `rules.d` or `grammar`.

    A wheel has them inside the package; a checkout, and so an editable install, beside it.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    places = (os.path.join(package, name), os.path.join(os.path.dirname(package), name))
    for place in places:
        if os.path.isdir(place):
            return place
    raise FileNotFoundError(f"the folder {name} is neither {places[0]} nor {places[1]}")
