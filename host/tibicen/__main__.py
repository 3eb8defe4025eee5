"""`python -m tibicen`."""

from tibicen.cli import main

if __name__ == "__main__":
    main()
