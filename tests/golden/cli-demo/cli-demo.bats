load ../golden

@test "data goes to standard output, as text or as JSON lines" { golden data; }
@test "an error names its place and has a hint, after the data" { golden error; }
@test "an unexpected exception is a bug of ours, with exit code 70" { golden bug; }
@test "a plain no is exit code 1, in silence" { golden no; }
@test "a wrong option is exit code 64 and leads to the right one" { golden usage; }
@test "help shows examples first" { golden help; }
@test "the version is on standard output" { golden version; }
@test "a full disk is exit code 74" { golden full-disk; }
@test "a closed pipe ends the tool without a word" { golden closed-pipe; }
@test "the second signal ends the tool at once" { golden second-signal; }
@test "what is said does not land in a file when the streams are closed" { golden closed-streams; }
@test "every case has a test" { golden_cases_have_tests; }
