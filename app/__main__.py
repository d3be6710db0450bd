"""`python -m app` is the `triage` command."""

from app.cli import main

if __name__ == "__main__":
    main()
