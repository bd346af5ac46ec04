#include "store/mailbox_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::store {
namespace {

TEST(MailboxUrl, TakesAPathOnDiskAsItIs) {
    const MailboxUrl url = MailboxUrl::parse("maildir:/srv/mail/50% off@home");
    EXPECT_EQ(url.kind, StoreKind::Maildir);
    EXPECT_EQ(url.path, "/srv/mail/50% off@home");
    EXPECT_EQ(MailboxUrl::parse("mbox:relative/file").path, "relative/file");
    EXPECT_EQ(MailboxUrl::parse("EML:x").kind, StoreKind::Eml);
}

TEST(MailboxUrl, UndoesPercentSignsBehindTwoSlashesOnly) {
    EXPECT_EQ(MailboxUrl::parse("maildir:///srv/a%20b").path, "/srv/a b");
    EXPECT_EQ(MailboxUrl::parse("maildir:/srv/a%20b").path, "/srv/a%20b");
}

TEST(MailboxUrl, KnowsHowAnMboxIsQuoted) {
    EXPECT_EQ(MailboxUrl::parse("mbox:x").mbox_quoting, MboxQuoting::Detect);
    EXPECT_EQ(MailboxUrl::parse("mboxo:x").mbox_quoting, MboxQuoting::Mboxo);
    EXPECT_EQ(MailboxUrl::parse("mboxrd:x").mbox_quoting, MboxQuoting::Mboxrd);
    EXPECT_EQ(MailboxUrl::parse("mboxcl2:x").mbox_quoting, MboxQuoting::Mboxcl2);
}

TEST(MailboxUrl, ReadsUserHostAndPort) {
    const MailboxUrl url = MailboxUrl::parse("imaps://john%40example.org@mail.example:9993/");
    EXPECT_EQ(url.kind, StoreKind::Imap);
    EXPECT_TRUE(url.tls_from_start);
    EXPECT_EQ(url.user, "john@example.org");
    EXPECT_EQ(url.host, "mail.example");
    EXPECT_EQ(url.port, 9993);
    const MailboxUrl plain = MailboxUrl::parse("imap://mail.example");
    EXPECT_FALSE(plain.tls_from_start);
    EXPECT_TRUE(plain.user.empty());
    EXPECT_EQ(plain.port, std::nullopt);
}

TEST(MailboxUrl, TakesAnAtSignInTheUser) {
    EXPECT_EQ(MailboxUrl::parse("imap://john@example.org@host").user, "john@example.org");
}

TEST(MailboxUrl, ReadsIpv6Addresses) {
    const MailboxUrl url = MailboxUrl::parse("imap://[::1]:143");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, 143);
    EXPECT_EQ(to_string(url), "imap://[::1]:143");
}

TEST(MailboxUrl, IsWrittenAsItWasGiven) {
    for (const char* text : {"maildir:/a b", "mbox:x", "mboxrd:x", "mboxcl2:x", "eml:.", "imap://h",
                             "imaps://u@h:1", "imaps://a%40b@h"}) {
        EXPECT_EQ(to_string(MailboxUrl::parse(text)), text);
    }
}

TEST(MailboxUrl, RefusesWhatItCannotMean) {
    for (const char* text :
         {"", "/srv/mail", "pop3://host", "maildir:", "maildir://host/path", "maildir:///%zz",
          "imap:host", "imap://", "imap://@", "imap://h:0", "imap://h:65536", "imap://h:x",
          "imap://[::1", "imap://[::1]x", "imap://h/INBOX", "imap://a b", "imap://h%00"}) {
        try {
            MailboxUrl::parse(text);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Usage) << text;
        }
    }
}

TEST(MailboxUrl, RefusesAPasswordWithoutRepeatingIt) {
    try {
        MailboxUrl::parse("imaps://john:s3cret@mail.example");
        ADD_FAILURE() << "taken";
    } catch (const Error& error) {
        EXPECT_THAT(error.text(), testing::HasSubstr("password"));
        EXPECT_THAT(std::string(error.what()) + error.hint(),
                    testing::Not(testing::HasSubstr("s3cret")));
    }
}

}  // namespace
}  // namespace mbx::store
