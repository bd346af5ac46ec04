#include "store/imap/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/error.hpp"
#include "imap_test.hpp"
#include "store/imap/sasl.hpp"

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

TEST_F(ImapSession, AsksForAUserWhenNoneIsGiven) {
    options.user.clear();
    try {
        const Session session(
            MailboxUrl::parse("imap://127.0.0.1:" + std::to_string(server.port())), options,
            diagnostics, stop);
        FAIL() << "logged in";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::Usage);
        EXPECT_EQ(error.text(), "no user is given");
    }
}

TEST(ChooseMechanism, TakesPlainUnderTlsForWhoeverActsForAnother) {
    const std::set<std::string, std::less<>> offered{"PLAIN", "SCRAM-SHA-256"};
    Credentials credentials;
    credentials.user = "boss";
    EXPECT_EQ(choose_mechanism(offered, credentials, true), "SCRAM-SHA-256");
    credentials.authorization_id = "anna";
    EXPECT_EQ(choose_mechanism(offered, credentials, true), "PLAIN");
    EXPECT_EQ(choose_mechanism(offered, credentials, false), "SCRAM-SHA-256");
    EXPECT_EQ(choose_mechanism({"SCRAM-SHA-256"}, credentials, true), "SCRAM-SHA-256");
    credentials.authorization_id.clear();
    credentials.user = "anna*boss";
    EXPECT_EQ(choose_mechanism(offered, credentials, true), "PLAIN");
}

TEST(StartExchange, AsksForTheMailboxOfAnotherByToken) {
    Credentials credentials;
    credentials.user = "boss";
    credentials.oauth_token = "t";
    EXPECT_THAT(start_exchange("XOAUTH2", credentials)->step(""), testing::HasSubstr("user=boss"));
    credentials.authorization_id = "anna";
    EXPECT_THAT(start_exchange("XOAUTH2", credentials)->step(""), testing::HasSubstr("user=anna"));
    EXPECT_THAT(start_exchange("OAUTHBEARER", credentials)->step(""),
                testing::StartsWith("n,a=anna,"));
}

TEST_F(ImapSession, OpensNoOtherMailboxThanTheOneOfWhomItActsFor) {
    options.authorization_id = "bert";
    EXPECT_EQ(failure().code(), ErrorCode::NotAllowed);
    options.sasl_mechanism = "login";
    EXPECT_EQ(failure().text(), "LOGIN cannot open the mailbox of another user");
    EXPECT_EQ(server.count("LOGIN \"anna\""), 0);
    EXPECT_EQ(server.count("AUTHENTICATE"), 0);
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

TEST_F(ImapSession, TakesALoginWithoutAMailboxForARefusedOne) {
    for (const char* const command : {"ENABLE", "NAMESPACE", "LIST"}) {
        test::ScriptedServer exchange;
        exchange.capabilities = "IMAP4rev1 NAMESPACE ENABLE UTF8=ACCEPT";
        exchange.on(command, [](Turn& turn) {
            turn.bad("User is authenticated but not connected.");
            return true;
        });
        const auto place =
            MailboxUrl::parse("imap://anna@127.0.0.1:" + std::to_string(exchange.port()));
        try {
            open_imap_store(place, options, diagnostics, stop)->folders();
            FAIL() << command;
        } catch (const Error& error) {
            EXPECT_EQ(exit_code(error.code()), ExitCode::NoPerm) << command << error.what();
            EXPECT_EQ(error.text(),
                      "the server takes the login, but opens no mailbox for it: User is "
                      "authenticated but not connected.");
            EXPECT_THAT(error.hint(), testing::StartsWith("check user and password"));
        }
        EXPECT_LE(exchange.connections(), 1 + 4) << "tries again";
    }
}

TEST_F(ImapSession, ConnectsAnewWhenTheServerHasLostTheMailboxMeanwhile) {
    MailStore& store = open();
    store.folders();
    server.mailbox("INBOX").add("x");
    server.on_nth("STATUS", 1, [](Turn& turn) {
        turn.bad("User is authenticated but not connected.");
        return true;
    });
    EXPECT_EQ(store.message_count(mail::kInboxPath), 1U);
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

TEST_F(ImapSession, ShowsAnAlertThatComesAgainAndAgainOnce) {
    server.mailbox("INBOX");
    server.on("STATUS", [](Turn& turn) {
        turn.send("* OK [ALERT] no Unicode\r\n");
        return false;
    });
    MailStore& store = open();
    for (int i = 0; i < 5; ++i) {
        store.message_count(mail::kInboxPath);
    }
    EXPECT_EQ(reported(), std::vector<std::string>{"server-alert"});
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

TEST(Failure, TellsAFullMailboxByOneCauseHoweverTheServerPutsIt) {
    for (const auto& [name, text] : {std::pair{"OVERQUOTA", "no"},
                                     {"", "Over quota"},
                                     {"", "Server Unavailable. 15"},
                                     {"", "Command Argument Error 11"},
                                     {"", "Command Argument Error. 11"}}) {
        const Error error = Session::failure(no(name, text), "the message");
        EXPECT_EQ(exit_code(error.code()), ExitCode::CantCreat) << text;
        EXPECT_EQ(error.hint(), "make room in the mailbox or raise its quota, then run again");
    }
    EXPECT_EQ(Session::failure(no("", "Server Unavailable. 15"), "the message").text(),
              "the server refuses the message: Server Unavailable. 15 (Exchange says so when the "
              "mailbox is full)");
    EXPECT_EQ(Session::failure(no("", "Command Argument Error 12"), "the message").code(),
              ErrorCode::BadData);
    EXPECT_EQ(Session::failure(no("UNAVAILABLE", "Server Unavailable."), "the message").code(),
              ErrorCode::TryAgain);
}

}  // namespace
}  // namespace mbx::store::imap
