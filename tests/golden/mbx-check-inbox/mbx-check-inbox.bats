load ../golden

@test "help shows examples first" { golden help; }
@test "an empty Inbox is exit code 0" { golden empty; }
@test "an empty folder or file is an empty mailbox, of whatever kind" { golden nothing-in-it; }
@test "a filled Inbox is exit code 1, with its count" { golden filled; }
@test "an empty mailbox that cannot be written is exit code 73, and nothing is written to find out" { golden read-only; }
@test "a missing mailbox is exit code 66" { golden missing; }
@test "every case has a test" { golden_cases_have_tests; }
