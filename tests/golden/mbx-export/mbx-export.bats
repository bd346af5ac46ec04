load ../golden

@test "help shows examples first" { golden help; }
@test "without operands it says what is missing" { golden no-operands; }
@test "without a file it says so" { golden no-file-operand; }
@test "a password in a URL is refused, and not repeated" { golden password-in-url; }
@test "a word that is no date is refused" { golden bad-date; }
@test "an unknown special use is refused with those that are known" { golden bad-special-use; }
@test "a missing mailbox is exit code 66, and nothing is made" { golden no-source; }
@test "an existing file is not touched" { golden output-exists; }
@test "a dry run shows the folders and writes nothing" { golden dry-run; }
@test "every folder is counted as JSON" { golden folders-json; }
@test "too many bad items make no file, and are kept aside" { golden bad-item; }
@test "with SOURCE_DATE_EPOCH the same mailbox gives the same bytes" { golden same-bytes; }
@test "every case has a test" { golden_cases_have_tests; }
