"""What the tests of the package need: pytest in a test."""

pytest_plugins = ["pytester"]
