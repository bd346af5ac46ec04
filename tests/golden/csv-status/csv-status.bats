load ../golden

@test "check says that a list is sound and how far it is" { golden check; }
@test "check names file, line and column of each kind of bad row" { golden check-bad-rows; }
@test "check warns of names that cannot be file names" { golden check-names; }
@test "check looks every server up in servers.conf" { golden check-servers; }
@test "next prints one recipient after the other, each once for a worker" { golden next; }
@test "next passes over what another worker has claimed, until that worker has gone" { golden next-two-workers; }
@test "next is exit code 1 when no recipient waits" { golden next-none; }
@test "next needs a descriptor that is open on the lock file" { golden next-wrong-descriptor; }
@test "mark writes the result in place and keeps every other row" { golden mark; }
@test "mark touches no finished recipient" { golden mark-finished; }
@test "mark wants to know who, where and how it ended" { golden mark-usage; }
@test "mark writes ISO times when asked" { golden mark-iso; }
@test "a list that cannot be written is an error that says so, and stays as it is" { golden mark-read-only; }
@test "retry prints a new list of the failures" { golden retry; }
@test "report counts reasons" { golden report; }
@test "split cuts what waits into lists of equal length" { golden split; }
@test "split overwrites nothing" { golden split-existing; }
@test "a missing list is exit code 66 and leaves no lock file" { golden missing-list; }
@test "options and their values may stand before the command" { golden options-first; }
@test "a text that a list cannot hold leaves the list readable" { golden mark-no-text; }
@test "every case has a test" { golden_cases_have_tests; }
