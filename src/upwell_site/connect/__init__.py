"""Connect: rounds of mentoring, matched with reasons under hard rules; later circles and introductions."""
