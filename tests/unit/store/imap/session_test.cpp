#include "store/imap/session.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "imap_test.hpp"

namespace mbx::store::imap {
namespace {

using test::Turn;

class ImapSession : public test::ImapTest {
  protected:
    Error failure() {
        try {
            open();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "nothing failed";
        return Error(ErrorCode::Internal, "");
    }
};

TEST_F(ImapSession, LogsInAndOut) {
    {
        const Session session(url(), options, diagnostics, stop);
        EXPECT_TRUE(session.has("UIDPLUS"));
    }
    EXPECT_EQ(server.count("LOGIN \"anna\" \"secret\""), 1);
}

TEST_F(ImapSession, NeedsNoLoginWhenTheServerGreetsWithPreauth) {
    server.greeting = "* PREAUTH welcome";
    open();
    EXPECT_EQ(server.count("LOGIN"), 0);
    EXPECT_EQ(server.count("AUTHENTICATE"), 0);
}

TEST_F(ImapSession, TellsTheWordsOfAGreetingThatIsAFarewell) {
    server.greeting = "* BYE Too many connections\x1b[2J";
    const Error error = failure();
    EXPECT_EQ(exit_code(error.code()), ExitCode::TempFail);
    EXPECT_EQ(error.text(), "the server takes no connection now: Too many connections\\x1b[2J");
    EXPECT_EQ(server.connections(), 7);
}

TEST_F(ImapSession, ReportsAServerThatNeverGreets) {
    server.greeting = "* OK";
    options.timeout_s = 1;
    server.on("CAPABILITY", [](Turn& turn) {
        turn.hang();
        return true;
    });
    EXPECT_EQ(failure().code(), ErrorCode::Unavailable);
}

TEST_F(ImapSession, RefusesTlsThatIsNotThere) {
    options.tls = ConnectOptions::Tls::Required;
    const Error error = failure();
    EXPECT_EQ(exit_code(error.code()), ExitCode::NoPerm);
    EXPECT_EQ(server.count("LOGIN"), 0);
}

TEST_F(ImapSession, TellsWhyALoginIsRefused) {
    server.on("LOGIN", [](Turn& turn) {
        turn.no("[AUTHENTICATIONFAILED] Wrong \"password\"");
        return true;
    });
    const Error error = failure();
    EXPECT_EQ(error.code(), ErrorCode::NotAllowed);
    EXPECT_EQ(error.text(), "login of 'anna' refused: [AUTHENTICATIONFAILED] Wrong \"password\"");
}

TEST_F(ImapSession, TriesAgainWhenTooManyAreLoggedIn) {
    server.on_nth("LOGIN", 1, [](Turn& turn) {
        turn.no("[LIMIT] Maximum number of connections from user+IP exceeded");
        return true;
    });
    server.on_nth("LOGIN", 1, [](Turn& turn) {
        turn.no("[UNAVAILABLE] Temporary authentication failure");
        return true;
    });
    open();
    EXPECT_EQ(server.count("LOGIN"), 3);
}

TEST_F(ImapSession, ShowsAlertsWithoutTheirControlCharacters) {
    server.on_nth("NAMESPACE", 1, [](Turn& turn) {
        turn.send("* OK [ALERT] Disk \x1b]0;evil\x07 nearly full\r\n");
        return false;
    });
    open();
    ASSERT_EQ(diagnostics.items.size(), 1U);
    EXPECT_EQ(diagnostics.items[0].id, "server-alert");
    EXPECT_EQ(diagnostics.items[0].text, "Disk \\x1b]0;evil\\x07 nearly full");
}

TEST_F(ImapSession, ShowsAlertsOfTheGreeting) {
    server.greeting = "* OK [ALERT] maintenance at noon";
    open();
    ASSERT_EQ(diagnostics.items.size(), 1U);
    EXPECT_EQ(diagnostics.items[0].text, "maintenance at noon");
}

TEST_F(ImapSession, DoesNotCompressOnANearNetwork) {
    server.capabilities += " COMPRESS=DEFLATE";
    open();
    EXPECT_EQ(server.count("COMPRESS"), 0);
}

TEST_F(ImapSession, QuotesAsTheServerCanTakeIt) {
    server.capabilities = "IMAP4rev1 LITERAL+";
    EXPECT_EQ(Session(url(), options, diagnostics, stop).quoted("gr\xC3\xBCn"),
              "{5+}\r\ngr\xC3\xBCn");
    server.capabilities = "IMAP4rev1";
    EXPECT_EQ(Session(url(), options, diagnostics, stop).quoted("a\"b\\gr\xC3\xBCn"),
              "\"a\\\"b\\\\gr\xC3\xBCn\"");
    server.capabilities = "IMAP4rev1 LITERAL+ ENABLE UTF8=ACCEPT";
    EXPECT_EQ(Session(url(), options, diagnostics, stop).quoted("gr\xC3\xBCn"), "\"gr\xC3\xBCn\"");
}

Response no(std::string name, std::string text) {
    Response response;
    response.status = Status::No;
    response.code.name = std::move(name);
    response.text = std::move(text);
    return response;
}

TEST(Backoff, IsReadFromWhatServersSay) {
    const Backoff exchange =
        backoff_of(no("", "Request is throttled. Suggested Backoff Time: 12345 milliseconds"));
    EXPECT_TRUE(exchange.wanted);
    EXPECT_EQ(exchange.wait_ms, 12'345U);
    EXPECT_EQ(backoff_of(no("", "Suggested Backoff Time: 99999999 milliseconds")).wait_ms,
              600'000U);
    EXPECT_TRUE(backoff_of(no("THROTTLED", "")).wanted);
    EXPECT_TRUE(backoff_of(no("UNAVAILABLE", "")).wanted);
    EXPECT_TRUE(backoff_of(no("", "Too many requests")).wanted);
    EXPECT_FALSE(backoff_of(no("OVERQUOTA", "Quota exceeded")).wanted);
    EXPECT_FALSE(backoff_of(no("LIMIT", "Mail size is larger than the maximum size")).wanted);
}

TEST(Failure, TellsKindsOfRefusalApart) {
    const auto code = [](const char* name, const char* text) {
        return Session::failure(no(name, text), "the message").code();
    };
    EXPECT_EQ(code("OVERQUOTA", ""), ErrorCode::CannotCreate);
    EXPECT_EQ(code("", "Over quota"), ErrorCode::CannotCreate);
    EXPECT_EQ(code("ALERT", "You exceeded your mail quota."), ErrorCode::CannotCreate);
    EXPECT_EQ(code("TOOBIG", ""), ErrorCode::BadData);
    EXPECT_EQ(code("LIMIT", "Mail size is larger than the maximum size"), ErrorCode::BadData);
    EXPECT_EQ(code("NOPERM", ""), ErrorCode::NotAllowed);
    EXPECT_EQ(code("", "Message contains invalid header"), ErrorCode::BadData);
}

}  // namespace
}  // namespace mbx::store::imap
