"""Distances on the earth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088  # mean radius of the WGS 84 ellipsoid (IUGG)


def haversine_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> NDArray[np.float64]:
    """How far apart two places are, as the crow flies.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like
        Degrees (WGS 84); shapes broadcast.

    Returns
    -------
    ndarray
        Kilometres on a sphere of the earth's mean radius, within 0.6 % of the ellipsoid.
        Not a travel time: rivers, hills and bus routes are not known here.

    References
    ----------
    R. W. Sinnott (1984), Virtues of the Haversine, Sky and Telescope 68(2), 159.

    Examples
    --------
    >>> float(haversine_km(53.80, -1.55, 53.96, -1.08).round(1))  # Leeds to York
    35.6
    """
    lat1, lon1, lat2, lon2 = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat1, lon1, lat2, lon2))
    h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))
