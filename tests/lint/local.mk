# The rules of the house, checked: see tests/lint/lint.py, and lint.py --rules for the list.
TESTS += tests/lint/run_lint
dist_check_SCRIPTS += tests/lint/run_lint tests/lint/lint.py tests/lint/self_test.py tests/lint/test_cases_test.py
EXTRA_DIST += tests/lint/layers.py tests/lint/rules.py tests/lint/tree.py
