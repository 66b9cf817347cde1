"""Kyrgyz formats, where Django's are missing or not as people write. Days in words: `birge.i18n.dates`.

Days are in digits, for Django can only put its own month names, capitalised, into a pattern.
"""

DATE_FORMAT = "d.m.Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d.m.Y H:i"
YEAR_MONTH_FORMAT = "m.Y"
MONTH_DAY_FORMAT = "d.m"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"
FIRST_DAY_OF_WEEK = 1

# The first one is written into fields, and a field of type `date` takes no other.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"]

DECIMAL_SEPARATOR = ","  # CLDR and schoolbooks; Django says "."
THOUSAND_SEPARATOR = "\xa0"
NUMBER_GROUPING = 3
