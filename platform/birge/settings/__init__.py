"""Settings: `base` is the production shape; `local`, `demo` and `tests` change what they must."""
