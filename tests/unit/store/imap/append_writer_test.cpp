#include "store/imap/append_writer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "imap_test.hpp"

namespace mbx::store::imap {
namespace {

using test::numbered;
using test::Turn;

class AppendWriter : public test::ImapTest {
  protected:
    static mail::Message message(std::string text) {
        mail::Message result;
        result.source = base::memory_source(std::move(text));
        result.id = "1";
        return result;
    }

    /// Appends numbered(1) to numbered(count); the results as "id" or "error: words".
    std::vector<std::string> append(int count, std::size_t size = 0) {
        std::vector<mail::Message> messages;
        for (int n = 1; n <= count; ++n) {
            messages.push_back(message(numbered(n, size)));
        }
        return append(messages);
    }

    std::vector<std::string> append(const std::vector<mail::Message>& messages) {
        const auto writer = open().writer(mail::kInboxPath);
        std::uint64_t ticket = 0;
        for (const mail::Message& one : messages) {
            writer->append(one, ++ticket);
        }
        writer->flush();
        std::vector<std::string> results;
        std::uint64_t expected = 0;
        for (const AppendResult& result : writer->take_results()) {
            EXPECT_EQ(result.ticket, ++expected);
            results.push_back(result.failure ? std::string("error: ") + result.failure->what()
                                             : result.id);
            last_uid_validity = result.uid_validity;
        }
        return results;
    }

    /// The subjects of what is in the mailbox, in UID order.
    std::vector<int> there() {
        std::vector<int> numbers;
        for (const test::ServerMessage& stored : server.mailbox("INBOX").messages) {
            numbers.push_back(std::stoi(stored.bytes.substr(9)));
        }
        return numbers;
    }

    void expect_each_once(int count, std::vector<int> but = {}) {
        std::vector<int> expected;
        for (int n = 1; n <= count; ++n) {
            if (std::find(but.begin(), but.end(), n) == but.end()) {
                expected.push_back(n);
            }
        }
        std::vector<int> numbers = there();
        std::sort(numbers.begin(), numbers.end());
        EXPECT_EQ(numbers, expected);
    }

    static bool holds(const Turn& turn, int n) {
        return std::any_of(turn.literals().begin(), turn.literals().end(),
                           [n](const std::string& text) {
                               return text.starts_with(fmt::format("Subject: {}\r\n", n));
                           });
    }

    Error failure(int count) {
        try {
            append(count);
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "nothing failed";
        return Error(ErrorCode::Internal, "");
    }

    std::optional<std::uint32_t> last_uid_validity;
};

std::vector<std::string> uids(int first, int last) {
    std::vector<std::string> result;
    for (int n = first; n <= last; ++n) {
        result.push_back(std::to_string(n));
    }
    return result;
}

TEST_F(AppendWriter, PutsAllThereInFewCommands) {
    EXPECT_EQ(append(500), uids(1, 500));
    expect_each_once(500);
    EXPECT_EQ(server.count("APPEND"), 10);
    EXPECT_EQ(last_uid_validity, 77U);
}

TEST_F(AppendWriter, KeepsFlagsKeywordsAndDate) {
    mail::Message one = message("a\nb\n");
    one.flags.seen = true;
    one.keywords = {"Work", "two words"};
    one.internal_date = base::UnixTime{837'596'665};
    EXPECT_EQ(append({one}), uids(1, 1));
    const test::ServerMessage& stored = server.mailbox("INBOX").messages[0];
    EXPECT_EQ(stored.bytes, "a\r\nb\r\n");
    EXPECT_EQ(stored.flags, "\\Seen Work");
    EXPECT_EQ(server.commands().back().find("\"17-Jul-1996 09:44:25 +0000\"") == std::string::npos,
              false)
        << server.commands().back();
    EXPECT_EQ(reported(), (std::vector<std::string>{"flag-dropped"}));
}

TEST_F(AppendWriter, WaitsForEachLiteralWithoutLiteralPlus) {
    server.capabilities = "IMAP4rev1 UIDPLUS";
    EXPECT_EQ(append(5), uids(1, 5));
    EXPECT_EQ(server.count("APPEND"), 5);
    expect_each_once(5);
}

TEST_F(AppendWriter, KeepsToTheLimitOfLiteralMinus) {
    server.capabilities = "IMAP4rev1 LITERAL- MULTIAPPEND UIDPLUS";
    std::vector<std::uint64_t> announced;
    server.refuse_literal = [&](std::uint64_t size) {
        announced.push_back(size);
        return std::string();
    };
    EXPECT_EQ(append({message(std::string(4096, 'a')), message(std::string(4097, 'b')),
                      message(std::string(4095, 'c') + "\n")}),
              uids(1, 3));
    EXPECT_EQ(announced, (std::vector<std::uint64_t>{4097, 4097}));
}

TEST_F(AppendWriter, FailsOneMessageThatIsRefusedBeforeItIsSent) {
    server.capabilities = "IMAP4rev1 UIDPLUS";
    server.refuse_literal = [](std::uint64_t size) {
        return std::string(size > 1000 ? "NO [TOOBIG] Message size exceeds fixed limit" : "");
    };
    EXPECT_EQ(append({message(numbered(1)), message(numbered(2, 2000)), message(numbered(3))}),
              (std::vector<std::string>{"1",
                                        "error: the server refuses the message: [TOOBIG] Message "
                                        "size exceeds fixed limit",
                                        "2"}));
}

TEST_F(AppendWriter, FindsTheOneMessageForWhichABatchIsRefused) {
    server.on("APPEND", [](Turn& turn) {
        if (holds(turn, 60)) {
            turn.no("[OVERQUOTA] Quota\x07 exceeded");
            return true;
        }
        return false;
    });
    const auto results = append(100);
    EXPECT_EQ(results[59],
              "error: the server refuses the message: [OVERQUOTA] Quota\\x07 exceeded");
    EXPECT_EQ(results[58].find("error"), std::string::npos);
    expect_each_once(100, {60});
    // Whole again: 2 batches, then the messages of the one that was refused.
    EXPECT_EQ(server.count("APPEND"), 2 + 50);
}

TEST_F(AppendWriter, LivesWithEveryTenthRefused) {
    server.capabilities = "IMAP4rev1 LITERAL+ UIDPLUS";
    int n = 0;
    server.on("APPEND", [&n](Turn& turn) {
        if (++n % 10 == 0) {
            turn.no("not today");
            return true;
        }
        return false;
    });
    const auto results = append(30);
    EXPECT_EQ(results[8], "9");
    EXPECT_EQ(results[9], "error: the server refuses the message: not today");
    EXPECT_EQ(results[10], "10");
    expect_each_once(30, {10, 20, 30});
}

TEST_F(AppendWriter, TriesOnceMoreWhenTheServerHasTroubleOfItsOwn) {
    server.capabilities = "IMAP4rev1 LITERAL+ UIDPLUS";
    int troubles = 0;
    server.on("APPEND", [&](Turn& turn) {
        if (holds(turn, 3) || (holds(turn, 2) && troubles++ == 0)) {
            turn.no("System I/O error");
            return true;
        }
        return false;
    });
    EXPECT_EQ(append(3), (std::vector<std::string>{
                             "1", "2", "error: the server refuses the message: System I/O error"}));
    EXPECT_EQ(server.count("APPEND"), 5);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(AppendWriter, SendsAMessageWithoutADateThatTheServerRefuses) {
    server.on("APPEND", [&](Turn& turn) {
        if (turn.command().find("-1969 ") != std::string::npos) {
            turn.bad("Invalid date-time in Append command");
            return true;
        }
        return false;
    });
    mail::Message old = message(numbered(1));
    old.internal_date = base::UnixTime{-86'400};
    mail::Message young = message(numbered(2));
    young.internal_date = base::UnixTime{86'400};
    EXPECT_EQ(append({old, young}).size(), 2U);
    expect_each_once(2);
    EXPECT_EQ(reported(), (std::vector<std::string>{"date-dropped"}));
    EXPECT_EQ(server.count("APPEND"), 4);  // both, each by itself, the first once more
}

TEST_F(AppendWriter, LeavesAServerThatObeysTheLinesOfARefusedMessage) {
    server.capabilities = "IMAP4rev1 LITERAL+ UIDPLUS";
    int literals = 0;
    server.refuse_unread = [&](std::uint64_t) {
        return std::string(++literals == 2 ? "NO System I/O error" : "");
    };
    std::vector<std::string> results = append(4);
    std::sort(results.begin(), results.end());
    EXPECT_EQ(results, uids(1, 4));
    expect_each_once(4);
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(reported(), (std::vector<std::string>{"reconnect"}));
}

TEST_F(AppendWriter, SendsLinesThatCouldBeObeyedOnlyWhenTheServerWaitsForThem) {
    server.refuse_unread = [](std::uint64_t) { return std::string("NO System I/O error"); };
    server.refuse_literal = [](std::uint64_t) { return std::string("NO System I/O error"); };
    server.mailbox("Archive").add("a");
    EXPECT_EQ(
        append({message("Subject: 1\n\nx DELETE Archive\nm9 NOOP\n")}),
        (std::vector<std::string>{"error: the server refuses the message: System I/O error"}));
    EXPECT_TRUE(server.has_mailbox("Archive"));
    EXPECT_EQ(server.count("DELETE"), 0);
    EXPECT_EQ(server.count("NOOP"), 0);
}

TEST_F(AppendWriter, WaitsWhenTheServerIsThrottled) {
    int refusals = 0;
    server.on("APPEND", [&refusals](Turn& turn) {
        const std::vector<std::string> answers{
            "[THROTTLED] slow down", "[UNAVAILABLE] try later", "[INUSE] locked",
            "Request is throttled. Suggested Backoff Time: 30 milliseconds"};
        if (refusals < 4) {
            turn.no(answers[static_cast<std::size_t>(refusals++)]);
            return true;
        }
        return false;
    });
    const auto results = append(60);
    EXPECT_EQ(std::count_if(results.begin(), results.end(),
                            [](const std::string& r) { return r.starts_with("error"); }),
              0);
    expect_each_once(60);
}

TEST_F(AppendWriter, GivesUpForLaterWhenThrottledForEver) {
    server.on("APPEND", [](Turn& turn) {
        turn.no("[UNAVAILABLE] try later");
        return true;
    });
    EXPECT_EQ(failure(3).code(), ErrorCode::TryAgain);
    expect_each_once(0);
}

TEST_F(AppendWriter, MakesAMailboxThatHasVanished) {
    bool vanished = true;
    server.on("APPEND", [&vanished](Turn& turn) {
        if (vanished) {
            turn.no("[TRYCREATE] Mailbox doesn't exist");
            return true;
        }
        return false;
    });
    server.on("CREATE \"INBOX\"", [&vanished](Turn& turn) {
        vanished = false;
        turn.ok();
        return true;
    });
    EXPECT_EQ(append(3), uids(1, 3));
    EXPECT_EQ(server.count("SUBSCRIBE"), 1);
}

TEST_F(AppendWriter, DoesNotMakeItForEver) {
    server.on("APPEND", [](Turn& turn) {
        turn.no("[TRYCREATE] Mailbox doesn't exist");
        return true;
    });
    EXPECT_EQ(append(1), (std::vector<std::string>{"error: the server refuses the message: "
                                                   "[TRYCREATE] Mailbox doesn't exist"}));
}

/// How the connection ends: before the command has an effect, or after, without an answer.
class LostConnection : public AppendWriter, public ::testing::WithParamInterface<const char*> {};

TEST_P(LostConnection, LeavesEachMessageOnce) {
    server.capabilities = GetParam();
    for (const bool stored : {true, false}) {
        server.on_nth("APPEND", 2, [this, stored](Turn& turn) {
            if (stored) {
                server.plainly(turn, "INBOX");
            }
            turn.hang_up();
            return true;
        });
        server.mailbox("INBOX").messages.clear();
        append(120);
        expect_each_once(120);
        // Rules count on: the second has its turn after the first.
    }
}

INSTANTIATE_TEST_SUITE_P(AnyServer, LostConnection,
                         ::testing::Values("IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS",
                                           "IMAP4rev1 LITERAL+ UIDPLUS",
                                           "IMAP4rev1 LITERAL+ MULTIAPPEND", "IMAP4rev1 LITERAL+",
                                           "IMAP4rev1"));

TEST_F(AppendWriter, WaitsForWhatLandsLateAfterALostConnection) {
    std::vector<std::string> late;
    server.on_nth("APPEND", 2, [&late](Turn& turn) {
        late = turn.literals();
        turn.hang_up();
        return true;
    });
    server.on("STATUS", [&](Turn&) {
        if (!late.empty()) {
            server.mailbox("INBOX").add(late.front());
            late.erase(late.begin());
        }
        return false;
    });
    append(120);
    expect_each_once(120);
}

TEST_F(AppendWriter, NeedNotWaitWhenTheServerHasSaidGoodbye) {
    server.on_nth("APPEND", 1, [](Turn& turn) {
        turn.send("* BYE shutting down\r\n");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(append(3), uids(1, 3));
    EXPECT_EQ(server.count("STATUS"), 0);
}

TEST_F(AppendWriter, KnowsTheUidOfWhatLandedWithoutAnAnswer) {
    server.mailbox("INBOX").uid_next = 40;
    server.on_nth("APPEND", 1, [this](Turn& turn) {
        for (const std::string& literal : turn.literals()) {
            server.mailbox("INBOX").add(literal);
        }
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(append(3), uids(40, 42));
    EXPECT_EQ(last_uid_validity, 77U);
    EXPECT_EQ(server.count("APPEND"), 1);
}

TEST_F(AppendWriter, IsNotMisledByMailThatArrivesMeanwhile) {
    server.on_nth("APPEND", 1, [this](Turn& turn) {
        test::ServerMailbox& box = server.mailbox("INBOX");
        box.add("Subject: 1000\r\n\r\nfrom somebody else\r\n");
        box.add(turn.literals()[0]);
        box.add("Subject: 1001\r\n\r\nanother one\r\n");
        box.add(turn.literals()[1]);
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(append(4), (std::vector<std::string>{"2", "4", "5", "6"}));
    EXPECT_EQ(there(), (std::vector<int>{1000, 1, 1001, 2, 3, 4}));
}

TEST_F(AppendWriter, SendsTwinsAsOftenAsTheyAre) {
    server.on_nth("APPEND", 1, [this](Turn& turn) {
        server.mailbox("INBOX").add(turn.literals()[0]);
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(append({message(numbered(1)), message(numbered(1)), message(numbered(1))}),
              uids(1, 3));
    EXPECT_EQ(there(), (std::vector<int>{1, 1, 1}));
}

TEST_F(AppendWriter, RecognisesMessagesThatTheServerHasAltered) {
    server.on_nth("APPEND", 1, [this](Turn& turn) {
        server.mailbox("INBOX").add(turn.literals()[0] + "\r\n");             // as Courier does
        server.mailbox("INBOX").add("Subject: 2\r\n\r\nrewritten body\r\n");  // as Exchange does
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(append(3), uids(1, 3));
    expect_each_once(3);
}

TEST_F(AppendWriter, LivesWithoutUidsInTheAnswer) {
    for (const char* const answer : {"done", "[APPENDUID 77 1] done", "[APPENDUID 77 x] done",
                                     "[APPENDUID 77 1:4000000000] done", "[APPENDUID] done"}) {
        server.on_nth("APPEND", 1, [this, answer](Turn& turn) {
            for (const std::string& literal : turn.literals()) {
                server.mailbox("INBOX").add(literal);
            }
            turn.ok(answer);
            return true;
        });
        EXPECT_EQ(append(2), (std::vector<std::string>{"", ""})) << answer;
        server.on("APPEND", [](Turn& /*turn*/) { return false; });
        server.mailbox("INBOX") = {};
    }
}

TEST_F(AppendWriter, SetsAsideAMessageThatEndsTheConnectionTwice) {
    server.on("APPEND", [](Turn& turn) {
        if (holds(turn, 7)) {
            turn.send("* BYE Invalid character in literal\r\n");
            turn.hang_up();
        }
        return false;
    });
    const auto results = append(20);
    EXPECT_EQ(results[6], "error: the server ends the connection on this message, twice");
    EXPECT_EQ(std::count_if(results.begin(), results.end(),
                            [](const std::string& r) { return r.starts_with("error"); }),
              1);
    expect_each_once(20, {7});
}

TEST_F(AppendWriter, GoesOnBehindAServerThatHangs) {
    options.timeout_s = 1;
    server.on_nth("APPEND", 1, [](Turn& turn) {
        turn.hang();
        return true;
    });
    EXPECT_EQ(append(3), uids(1, 3));
    EXPECT_EQ(reported(), (std::vector<std::string>{"reconnect"}));
}

TEST_F(AppendWriter, RefusesAMailboxThatWasMadeAnewMeanwhile) {
    server.on_nth("APPEND", 1, [this](Turn& turn) {
        server.mailbox("INBOX") = {};
        server.mailbox("INBOX").uid_validity = 78;
        turn.hang_up();
        return true;
    });
    const Error error = failure(3);
    EXPECT_EQ(error.code(), ErrorCode::TryAgain);
    EXPECT_EQ(error.text(),
              "the mailbox was made anew while it was written (UIDVALIDITY has changed)");
}

TEST_F(AppendWriter, NamesTheFolderAsPeopleReadIt) {
    server.mailbox("Entw&APw-rfe");
    server.on("SELECT", [](Turn& turn) {
        turn.no("[NOPERM] not yours");
        return true;
    });
    const auto writer = open().writer({"Entwürfe"});
    try {
        writer->append(message(numbered(1)), 1);
        ADD_FAILURE() << "nothing failed";
    } catch (const Error& error) {
        EXPECT_TRUE(error.place().ends_with("Entwürfe")) << error.place();
    }
}

TEST_F(AppendWriter, SendsNulBytesOnlyWhereTheyAreTaken) {
    const std::string text("Subject: 1\r\n\r\na\0b\r\n", 19);
    EXPECT_EQ(append({message(text), message(numbered(2))}),
              (std::vector<std::string>{
                  "error: the message holds NUL bytes, and the server does not take them", "1"}));
    EXPECT_EQ(there(), (std::vector<int>{2}));

    server.capabilities += " BINARY";
    EXPECT_EQ(append({message(numbered(3)), message(text), message(numbered(4))}), uids(2, 4));
    EXPECT_EQ(server.mailbox("INBOX").messages[2].bytes, text);
    const auto commands = server.commands();
    EXPECT_EQ(
        std::count_if(commands.begin(), commands.end(),
                      [](const std::string& c) { return c.find("~{}") != std::string::npos; }),
        1);
}

TEST_F(AppendWriter, TellsWhichMessageHasNulBytesWhenItIsRefused) {
    server.capabilities += " BINARY";
    server.on("APPEND", [](Turn& turn) {
        if (turn.command().find("~{}") != std::string::npos) {
            turn.no("[UNKNOWN-CTE] not that");
            return true;
        }
        return false;
    });
    EXPECT_EQ(append({message(std::string("a\0b\r\n", 5))}),
              (std::vector<std::string>{"error: the server refuses the message, which holds NUL "
                                        "bytes: [UNKNOWN-CTE] not that"}));
}

TEST_F(AppendWriter, ReportsAServerThatIsGoneForGood) {
    server.on("APPEND", [](Turn& turn) {
        turn.hang_up();
        return true;
    });
    server.on_nth("SELECT", 2, [](Turn& turn) {
        turn.hang_up();
        return true;
    });
    const auto results = append(1);
    EXPECT_EQ(
        results,
        (std::vector<std::string>{"error: the server ends the connection on this message, twice"}));
}

}  // namespace
}  // namespace mbx::store::imap
