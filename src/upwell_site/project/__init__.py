"""Settings, addresses and the way in of the site."""
