load ../golden

@test "help shows examples first" { golden help; }
@test "each command has its own help" { golden help-messages; }
@test "a file in place of a command is a usage error" { golden no-command; }
@test "a missing file is exit code 66" { golden no-file; }
@test "a file that is no PST is called what it is" { golden no-pst; }
@test "a PST whose writer died is called unfinished" { golden unfinished; }
@test "a node that is no number is a usage error" { golden bad-node; }
@test "every case has a test" { golden_cases_have_tests; }
