load ../golden

@test "help shows examples first" { golden help; }
@test "without operands it says what is missing" { golden no-operands; }
@test "without a file it says so" { golden no-file-operand; }
@test "a password in a URL is refused, and not repeated" { golden password-in-url; }
@test "a word that is no date is refused" { golden bad-date; }
@test "a name that Outlook could not show is refused" { golden bad-name; }
@test "an unknown special use is refused with those that are known" { golden bad-special-use; }
@test "a missing mailbox is exit code 66, and nothing is made" { golden no-source; }
@test "an existing file is not touched" { golden output-exists; }
@test "a dry run shows the folders and writes nothing" { golden dry-run; }
@test "every folder is counted as JSON" { golden folders-json; }
@test "too many bad items make no file, and are kept aside" { golden bad-item; }
@test "with SOURCE_DATE_EPOCH the same mailbox gives the same bytes" { golden same-bytes; }
@test "a run that makes no file leaves alone what an earlier one kept" { golden refused-run-forgets-nothing; }
@test "patterns that leave no folder are refused" { golden no-folder-matches; }
@test "a folder pattern that matches nothing is warned of" { golden folder-mistyped; }
@test "a special folder that the profile names and the mailbox lacks is warned of" { golden profile-folder-missing; }
@test "messages left out on request are counted" { golden left-out; }
@test "a PST and what was kept of a message are their owner's only" { golden private-files; }
@test "a manifest that cannot name the file is refused before the work" { golden manifest-elsewhere; }
@test "a folder that cannot be reached is a bad item" { golden folder-not-reached; }
@test "a folder on disk that cannot be read fails the export, unless it is left out" { golden folder-unreadable; }
@test "every case has a test" { golden_cases_have_tests; }
