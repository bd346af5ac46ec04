load ../golden

@test "help shows examples first" { golden help; }
@test "without a destination it says so" { golden no-operands; }
@test "a missing file is exit code 66, and nothing is made" { golden no-file; }
@test "a file that is no PST is called what it is" { golden no-pst; }
@test "a file that is damaged beyond use is named, and nothing is made" { golden damaged; }
@test "nothing is made either where the journal cannot be" { golden no-journal; }
@test "a refused import makes nothing, and leaves what was there as it was" { golden nothing-left; }
@test "a dry run shows the folders and writes nothing" { golden dry-run; }
@test "a dry run into a mailbox that is not there yet writes nothing" { golden dry-run-new; }
@test "an Inbox with mail in it is refused" { golden not-empty; }
@test "every folder is proven, as JSON" { golden proven-json; }
@test "run again, it sends nothing and proves all" { golden again; }
@test "a journal of another destination is refused" { golden other-destination; }
@test "what the destination has lost is noticed" { golden something-lost; }
@test "winmail.dat is unpacked, and what is lost is named" { golden unpack-tnef; }
@test "a pipe is refused and not waited for" { golden pipe; }
@test "every case has a test" { golden_cases_have_tests; }
