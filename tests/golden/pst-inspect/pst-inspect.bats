load ../golden

@test "help shows examples first" { golden help; }
@test "each command has its own help" { golden help-messages; }
@test "a file in place of a command is a usage error" { golden no-command; }
@test "a missing file is exit code 66" { golden no-file; }
@test "a file that is no PST is called what it is" { golden no-pst; }
@test "a PST whose writer died is called unfinished" { golden unfinished; }
@test "of several files each has its turn, whatever happened to those before it" { golden several-files; }
@test "a node that is no number is a usage error" { golden bad-node; }
@test "summary tells what kind of file it is" { golden summary; }
@test "folders lists counts, paths and uses" { golden folders; }
@test "messages lists a folder by path or node" { golden messages; }
@test "a folder that is not there is exit code 66" { golden no-folder; }
@test "a message that is not there is exit code 66" { golden no-message; }
@test "both readers show the same properties" { golden readers-agree; }
@test "show gives a message as mail" { golden show-mail; }
@test "show gives what can be read of a damaged message, and says so" { golden show-damaged; }
@test "a fresh store is sound" { golden sound; }
@test "a damaged store is not, and check says why" { golden not-sound; }
@test "check of what is no PST is exit code 65" { golden check-no-pst; }
@test "messages --cross-check finds no difference to libpff in a fresh store" { golden cross-check; }
@test "check through libpff says which rules it did not apply" { golden check-libpff; }
@test "check of a file with 4K pages goes through libpff" { golden check-4k; }
@test "check lists its rules" { golden rules; }
@test "nodes lists the node B-tree" { golden nodes; }
@test "blocks lists the block B-tree" { golden blocks; }
@test "dump shows a property context" { golden dump-properties; }
@test "dump shows a table" { golden dump-table; }
@test "dump shows bytes" { golden dump-bytes; }
@test "map shows the space of a file" { golden map; }
@test "a file that is not what its manifest says is not opened" { golden manifest; }
@test "every case has a test" { golden_cases_have_tests; }
