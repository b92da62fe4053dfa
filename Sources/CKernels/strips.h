// Columns in strips of a width that is known at compile time, so that their running values stay in registers.
#ifndef CK_STRIPS_H
#define CK_STRIPS_H

enum { STRIP = 64 };

// BODY receives `from`, the strip's first column, and `count`, its number of columns.
#define STRIPS(width, ...) \
    for (ptrdiff_t from = 0, strip; from < (width); from += strip) { \
        ptrdiff_t left = (width) - from; \
        if (left >= 64) { enum { count = 64 }; strip = count; __VA_ARGS__ } \
        else if (left >= 32) { enum { count = 32 }; strip = count; __VA_ARGS__ } \
        else if (left >= 16) { enum { count = 16 }; strip = count; __VA_ARGS__ } \
        else { const ptrdiff_t count = left; strip = count; __VA_ARGS__ } \
    }

#define EACH_COLUMN for (ptrdiff_t k = 0; k < count; k++)

#endif
