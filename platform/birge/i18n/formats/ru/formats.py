"""Russian formats, where Django's do not suit. Days in words: `birge.i18n.dates`."""

DATE_FORMAT = "j E Y\xa0г."
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j E Y\xa0г. H:i"

# The first one is written into fields, and a field of type `date` takes no other.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"]
