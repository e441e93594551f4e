# Part of the one build (see Makefile.am): tests/headers - the public headers, compiled in every order and compared with
# mingw-w64's and with Microsoft's documentation. None of it needs the library.
check_PROGRAMS += tests/headers/documented
tests_headers_documented_SOURCES = tests/headers/documented.cpp
dist_check_SCRIPTS += \
	tests/headers/matrix.py \
	tests/headers/compare.py
TESTS += \
	tests/headers/matrix.py \
	tests/headers/compare.py \
	tests/headers/documented
EXTRA_DIST += \
	tests/headers/standin.c \
	tests/headers/cell.inc \
	tests/headers/known_differences.txt
