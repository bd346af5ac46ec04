#include "store/imap/fetch_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "imap_test.hpp"

namespace mbx::store::imap {
namespace {

using test::numbered;
using test::Turn;

/// What next() has given: "UID text", or "error: words", with the UID and the bytes that were
/// salvaged.
using Seen = std::vector<std::string>;

class FetchStream : public test::ImapTest {
  protected:
    void fill(int count, std::size_t size = 0) {
        for (int n = 1; n <= count; ++n) {
            server.mailbox("INBOX").add(numbered(n, size));
        }
    }

    static std::string uid(int n) { return std::to_string(n) + " " + numbered(n); }

    /// All messages in order, as they should arrive.
    static Seen all(int count) {
        Seen result;
        for (int n = 1; n <= count; ++n) {
            result.push_back(uid(n));
        }
        return result;
    }

    Seen read() {
        Seen seen;
        const auto stream = open().messages(mail::kInboxPath);
        for (;;) {
            try {
                const auto message = stream->next();
                if (!message) {
                    return seen;
                }
                seen.push_back(message->id + " " + test::text_of(message->source));
            } catch (const Error& error) {
                if (error.code() != ErrorCode::BadData) {
                    throw;
                }
                const Salvaged salvaged = stream->salvaged();
                seen.push_back(std::string("error: ") + error.what() + ": " + salvaged.id + ": " +
                               test::text_of(salvaged.bytes));
            }
        }
    }

    /// The failure that ends the reading.
    Error failure() {
        try {
            read();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "nothing failed";
        return Error(ErrorCode::Internal, "");
    }

    void expect_read_only() {
        EXPECT_EQ(server.count("SELECT"), 0);
        EXPECT_EQ(server.count("STORE"), 0);
        EXPECT_EQ(server.count("UID STORE"), 0);
        for (const std::string& command : server.commands()) {
            EXPECT_EQ(command.find("BODY["), std::string::npos) << command;
        }
    }
};

TEST_F(FetchStream, GivesAllMessagesOnceAndOnlyReads) {
    fill(1000);
    EXPECT_EQ(read(), all(1000));
    expect_read_only();
    EXPECT_TRUE(diagnostics.items.empty());
}

TEST_F(FetchStream, KeepsFlagsAndDates) {
    server.mailbox("INBOX").add("x\r\n", "\\Seen \\Recent $Forwarded Work");
    const auto message = open().messages(mail::kInboxPath)->next();
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->flags.seen);
    EXPECT_FALSE(message->flags.flagged);
    EXPECT_EQ(message->keywords, (std::vector<std::string>{"$Forwarded", "Work"}));
    ASSERT_TRUE(message->internal_date);
    EXPECT_EQ(message->internal_date->seconds, 1'044'072'306);
}

TEST_F(FetchStream, ReadsAnEmptyMailbox) {
    EXPECT_EQ(read(), Seen());
    EXPECT_EQ(server.count("UID FETCH"), 0);
}

TEST_F(FetchStream, WorksWithoutExtensions) {
    server.capabilities = "IMAP4rev1";
    fill(5);
    EXPECT_EQ(read(), all(5));
    EXPECT_EQ(server.count("UID SEARCH ALL"), 1);
}

TEST_F(FetchStream, AsksForNumbersWhenTheSearchLeavesMessagesOut) {
    fill(3);
    server.on("UID SEARCH", [](Turn& turn) {
        turn.send("* ESEARCH (TAG \"x\") UID\r\n");
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), all(3));
}

TEST_F(FetchStream, DoesNotBelieveInFourBillionMessages) {
    fill(3);
    server.on("UID SEARCH", [](Turn& turn) {
        turn.send("* ESEARCH (TAG \"x\") UID ALL 1:4294967295\r\n");
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), all(3));
}

TEST_F(FetchStream, TakesLiteralsLargerThanMemoryIsMeantFor) {
    fill(2, 10'000'000);
    EXPECT_EQ(read(), (Seen{"1 " + numbered(1, 10'000'000), "2 " + numbered(2, 10'000'000)}));
}

TEST_F(FetchStream, TakesLiteral8AndQuotedText) {
    fill(2);
    server.on_nth("UID FETCH", 1, [](Turn& turn) {
        turn.send(std::string("* 1 FETCH (BODY[] ~{4}\r\na\0b\n UID 1)\r\n", 37));
        turn.send("* 2 FETCH (UID 2 BODY[] \"say \\\"hi\\\" \\\\\")\r\n");
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), (Seen{std::string("1 a\0b\n", 6), "2 say \"hi\" \\"}));
}

TEST_F(FetchStream, IsNotConfusedByNewsInsideAnAnswer) {
    fill(3);
    server.on_nth("UID FETCH", 1, [this](Turn& turn) {
        const auto& messages = server.mailbox("INBOX").messages;
        turn.send("* 4 EXISTS\r\n* 1 RECENT\r\n");
        turn.send(test::ScriptedServer::fetch_line(1, messages[0]));
        turn.send("* 2 FETCH (FLAGS (\\Seen) UID 2)\r\n* 3 FETCH (FLAGS (\\Seen))\r\n");
        turn.send(test::ScriptedServer::fetch_line(2, messages[1]));
        turn.send("* 1 EXPUNGE\r\n* OK still here\r\n");
        turn.send(test::ScriptedServer::fetch_line(2, messages[2]));
        turn.send(test::ScriptedServer::fetch_line(2, messages[2]));
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), all(3));
    EXPECT_TRUE(diagnostics.items.empty());
}

TEST_F(FetchStream, BelievesTheBytesAndNotTheSize) {
    fill(1);
    server.on_nth("UID FETCH", 1, [](Turn& turn) {
        turn.send("* 1 FETCH (UID 1 RFC822.SIZE 999 BODY[] {3}\r\nabc)\r\n");
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), (Seen{"1 abc"}));
    ASSERT_EQ(reported(), (std::vector<std::string>{"size-differs"}));
    EXPECT_EQ(diagnostics.items[0].text, "the server says 999 bytes and gives 3; these are kept");
}

TEST_F(FetchStream, GoesOnBehindAConnectionLostInALiteral) {
    fill(5);
    server.on_nth("UID FETCH", 1, [this](Turn& turn) {
        turn.send(test::ScriptedServer::fetch_line(1, server.mailbox("INBOX").messages[0]));
        turn.send("* 2 FETCH (UID 2 BODY[] {500}\r\nhalf");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(read(), all(5));
    EXPECT_EQ(reported(), (std::vector<std::string>{"reconnect"}));
    EXPECT_EQ(server.connections(), 2);  // the store's own, which the stream uses, and another
}

TEST_F(FetchStream, GoesOnBehindAByeInALiteral) {
    fill(3);
    server.on_nth("UID FETCH", 1, [](Turn& turn) {
        turn.send("* 1 FETCH (UID 1 BODY[] {20}\r\nhalf)\r\n* BYE Internal error\r\n");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(read(), all(3));
}

TEST_F(FetchStream, GoesOnBehindAByeWithItsWords) {
    fill(3);
    server.on_nth("UID FETCH", 1, [](Turn& turn) {
        turn.send("* BYE Session \x1b[31mexpired\r\n");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(read(), all(3));
    ASSERT_EQ(reported(), (std::vector<std::string>{"reconnect"}));
    EXPECT_NE(diagnostics.items[0].text.find("ended the session: Session \\x1b[31mexpired"),
              std::string::npos)
        << diagnostics.items[0].text;
}

TEST_F(FetchStream, GoesOnBehindGarbage) {
    fill(3);
    server.on_nth("UID FETCH", 1, [](Turn& turn) {
        turn.send("* 1 FETCH (UID 1 BODY[] {x}\r\n");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(read(), all(3));
}

TEST_F(FetchStream, SetsAsideAMessageThatEndsTheConnectionTwice) {
    fill(5);
    const auto die_at_3 = [this](Turn& turn) {
        if (turn.command().starts_with("UID FETCH 3 ") &&
            turn.command().find("BODY.PEEK[]<") == std::string::npos) {
            turn.hang_up();
        }
        if (turn.command().find("BODY.PEEK[]<") != std::string::npos) {
            turn.send("* 3 FETCH (UID 3 RFC822.SIZE 600000 BODY[]<0> {11}\r\nfirst bytes)\r\n");
            turn.ok();
            return true;
        }
        const auto& messages = server.mailbox("INBOX").messages;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const bool asked = turn.command().starts_with("UID FETCH 1:5 ") ||
                               (turn.command().starts_with("UID FETCH 3:5 ") && i >= 2) ||
                               (turn.command().starts_with("UID FETCH 4:5 ") && i >= 3);
            if (asked && i == 2) {
                turn.hang_up();
            }
            if (asked) {
                turn.send(test::ScriptedServer::fetch_line(i + 1, messages[i]));
            }
        }
        turn.ok();
        return true;
    };
    server.on("UID FETCH", die_at_3);
    Seen seen = read();
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (Seen{uid(1), uid(2), uid(4), uid(5),
                          "error: INBOX UID 3: the server ends the connection on this message: "
                          "3: first bytes"}));
}

TEST_F(FetchStream, ReadsInPiecesWhatTheServerCannotGiveWhole) {
    fill(3, 700'000);
    server.on("UID FETCH", [](Turn& turn) {
        const bool whole = turn.command().find("BODY.PEEK[]<") == std::string::npos;
        if (whole && turn.command().starts_with("UID FETCH 2 ")) {
            turn.no("[SERVERBUG] out of memory");
            return true;
        }
        return false;
    });
    server.on_nth("UID FETCH 1:3", 1, [this](Turn& turn) {
        const auto& messages = server.mailbox("INBOX").messages;
        turn.send(test::ScriptedServer::fetch_line(1, messages[0]));
        turn.send(test::ScriptedServer::fetch_line(3, messages[2]));
        turn.no("some messages could not be read");
        return true;
    });
    EXPECT_EQ(read(), (Seen{"1 " + numbered(1, 700'000), "3 " + numbered(3, 700'000),
                            "2 " + numbered(2, 700'000)}));
    EXPECT_EQ(reported(), (std::vector<std::string>{"read-in-pieces"}));
}

TEST_F(FetchStream, SaysThatAMessageIsGoneWhenItIs) {
    fill(3);
    server.on_nth("UID SEARCH", 1, [](Turn& turn) {
        turn.send("* ESEARCH (TAG \"x\") UID ALL 1:3\r\n");
        turn.ok();
        return true;
    });
    server.on("UID FETCH", [this](Turn& turn) {
        const auto& messages = server.mailbox("INBOX").messages;
        if (turn.command().starts_with("UID FETCH 1:3 ")) {
            turn.send(test::ScriptedServer::fetch_line(1, messages[0]));
            turn.send(test::ScriptedServer::fetch_line(2, messages[2]));
        }
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), (Seen{uid(1), uid(3)}));
    EXPECT_EQ(reported(), (std::vector<std::string>{"message-gone"}));
}

TEST_F(FetchStream, DoesNotCallGoneWhatIsOnlyKeptBack) {
    fill(2);
    server.on("UID FETCH", [this](Turn& turn) {
        turn.send("* 1 FETCH (UID 1 FLAGS () BODY[] NIL)\r\n");
        if (turn.command().starts_with("UID FETCH 1:2 ")) {
            turn.send(test::ScriptedServer::fetch_line(2, server.mailbox("INBOX").messages[1]));
        }
        turn.ok();
        return true;
    });
    EXPECT_EQ(read(), (Seen{uid(2),
                            "error: INBOX UID 1: the server does not give the text of this "
                            "message: 1: (none)"}));
}

TEST_F(FetchStream, WaitsWhenTheServerIsThrottled) {
    fill(3);
    int refusals = 0;
    server.on("UID FETCH", [&refusals](Turn& turn) {
        const std::vector<std::string> answers{
            "[THROTTLED] slow down", "[UNAVAILABLE] try later",
            "Request is throttled. Suggested Backoff Time: 30 milliseconds"};
        if (refusals < 3) {
            turn.no(answers[static_cast<std::size_t>(refusals++)]);
            return true;
        }
        return false;
    });
    EXPECT_EQ(read(), all(3));
    EXPECT_EQ(reported(), (std::vector<std::string>{"throttled", "throttled", "throttled"}));
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(FetchStream, GivesUpForLaterWhenThrottledForEver) {
    fill(3);
    server.on("UID FETCH", [](Turn& turn) {
        turn.no("Too many requests. Suggested Backoff Time: 1 milliseconds");
        return true;
    });
    const Error error = failure();
    EXPECT_EQ(error.code(), ErrorCode::TryAgain);
    EXPECT_EQ(error.text(),
              "the server refuses UID FETCH: Too many requests. Suggested Backoff Time: 1 "
              "milliseconds");
}

TEST_F(FetchStream, StopsWhileItWaits) {
    fill(3);
    server.on("UID FETCH", [this](Turn& turn) {
        stop.request();
        turn.no("Suggested Backoff Time: 500000 milliseconds");
        return true;
    });
    EXPECT_EQ(failure().code(), ErrorCode::TryAgain);
}

/// What next() throws for a folder that the server does not open; nothing comes behind it.
std::string refusal(store::MessageStream& stream) {
    try {
        stream.next();
    } catch (const store::FolderError& error) {
        EXPECT_EQ(stream.next(), std::nullopt);
        return error.what();
    }
    return "no failure";
}

TEST_F(FetchStream, LeavesAFolderThatTheServerDoesNotOpen) {
    server.on("EXAMINE", [](Turn& turn) {
        turn.no("[NOPERM] not yours");
        return true;
    });
    auto& store = open();
    EXPECT_EQ(refusal(*store.messages(mail::kInboxPath)),
              "INBOX: the server refuses to open the folder: [NOPERM] not yours");
    EXPECT_EQ(refusal(*store.messages({"Käse"})),
              "Käse: the server refuses to open the folder: [NOPERM] not yours");
    EXPECT_EQ(server.count("EXAMINE"), 2);
}

TEST_F(FetchStream, LeavesAFolderThatIsRemovedWhileItIsRead) {
    fill(3);
    server.on("UID FETCH", [this](Turn& turn) {
        turn.send(server.fetch_line(1, server.mailbox("INBOX").messages[0]));
        turn.hang_up();
        return true;
    });
    server.on_nth("EXAMINE", 2, [](Turn& turn) {
        turn.no("Mailbox doesn't exist: INBOX");
        return true;
    });
    const auto stream = open().messages(mail::kInboxPath);
    EXPECT_TRUE(stream->next());
    EXPECT_EQ(refusal(*stream),
              "INBOX: the server refuses to open the folder: Mailbox doesn't exist: INBOX");
}

TEST_F(FetchStream, FailsAsAWholeWhenTheServerTalksNonsenseForEver) {
    fill(1);
    server.on("UID FETCH", [](Turn& turn) {
        turn.send("HTTP/1.1 400 Bad Request\r\n");
        return true;
    });
    EXPECT_EQ(read(), (Seen{"error: INBOX UID 1: the server ends the connection on this message: "
                            "1: (none)"}));
    server.on("EXAMINE", [](Turn& turn) {
        turn.send("* 1 FETCH (\r\n");
        return true;
    });
    EXPECT_EQ(failure().code(), ErrorCode::Unavailable);
}

TEST_F(FetchStream, ReportsAServerThatHangs) {
    fill(1);
    options.timeout_s = 1;
    server.on("EXAMINE", [](Turn& turn) {
        turn.hang();
        return true;
    });
    const Error error = failure();
    EXPECT_EQ(exit_code(error.code()), ExitCode::TempFail);
    EXPECT_EQ(error.text(), "no answer from the server for 1 seconds");
}

TEST_F(FetchStream, RefusesAMailboxThatWasMadeAnewMeanwhile) {
    fill(3);
    server.on_nth("UID FETCH", 1, [this](Turn& turn) {
        server.mailbox("INBOX").uid_validity = 78;
        turn.hang_up();
        return true;
    });
    const Error error = failure();
    EXPECT_EQ(error.code(), ErrorCode::TryAgain);
    EXPECT_EQ(error.text(),
              "the mailbox was made anew while it was read (UIDVALIDITY has changed)");
}

TEST_F(FetchStream, HoldsNoMoreThanAWindowOfWhatTheServerSends) {
    // Asked for all at once, and read slowly: what is not taken yet stays at the server.
    class OnePool final : public SessionPool {
      public:
        explicit OnePool(std::unique_ptr<Session> session) : session_(std::move(session)) {}
        std::unique_ptr<Session> take() override { return std::move(session_); }
        void give_back(std::unique_ptr<Session> session) override { session_ = std::move(session); }
        void pause(Backoff /*backoff*/, unsigned /*attempt*/) override {}
        bool is_stopping() const override { return false; }
        std::size_t largest_input() { return session_->connection().largest_input(); }

      private:
        std::unique_ptr<Session> session_;
    };
    fill(300, 100'000);
    const auto pool =
        std::make_shared<OnePool>(std::make_unique<Session>(url(), options, diagnostics, stop));
    const auto stream = fetch_messages(pool, "INBOX", diagnostics);
    int count = 0;
    while (stream->next()) {
        ++count;
    }
    EXPECT_EQ(count, 300);
    EXPECT_LE(pool->largest_input(), 128U * 1024);
}

}  // namespace
}  // namespace mbx::store::imap
