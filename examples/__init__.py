"""The internal systems of the invented Kabupaten Contoh, for the demo and the tests: `python -m examples up`.

Everything is synthetic and seeded. No room of Terang imports this package.
"""
