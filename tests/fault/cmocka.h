// CMocka for C++: its header wants others before it, and has macros (fail, skip) that C++ headers must not meet. Included last.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
#include <cmocka.h>
}
