#include "migration/server_profiles.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace mbx::migration {
namespace {

Error refused(const std::string& text) {
    try {
        ServerProfiles::parse(text, "servers.conf");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::BadConfig) << text;
        return error;
    }
    ADD_FAILURE() << "not refused: " << text;
    return Error(ErrorCode::Internal, "");
}

Mailbox mailbox(const std::string& text, std::string_view alias) {
    const ServerProfiles profiles = ServerProfiles::parse(text, "servers.conf");
    return mailbox_of(profiles.all().front(), alias);
}

TEST(ServerProfiles, ReadEverySetting) {
    const ServerProfiles profiles = ServerProfiles::parse(R"(
# the old house
[GW-PILOT1]      # Dovecot
url = imap://old.example:1143
user = {alias}*master
authorization-id = {alias}
mechanism = PLAIN
password-command = pass show "$MBX_SERVER"
tls = opportunistic
verify-certificate = no
ca-file = /etc/ssl/old.pem
client-certificate = /etc/ssl/c.pem
client-key = /etc/ssl/k.pem
proxy = socks5h://gw:1080
timeout = 30
compress = no
sent-folder = Gesendete Elemente
archive-folder = INBOX/Archiv

[mail.new.example]
url = maildir:/srv/mail/{alias}
)",
                                                          "servers.conf");
    ASSERT_EQ(profiles.all().size(), 2U);
    const Mailbox john = mailbox_of(profiles.find("gw-pilot1"), "JohnD");
    EXPECT_EQ(john.url.host, "old.example");
    EXPECT_EQ(john.url.port, 1143);
    EXPECT_EQ(john.connect.user, "JohnD*master");
    EXPECT_EQ(john.connect.authorization_id, "JohnD");
    EXPECT_EQ(john.connect.sasl_mechanism, "PLAIN");
    EXPECT_EQ(john.secrets.password_command, "pass show \"$MBX_SERVER\"");
    EXPECT_EQ(john.connect.tls, store::ConnectOptions::Tls::Opportunistic);
    EXPECT_FALSE(john.connect.verify_certificate);
    EXPECT_EQ(john.connect.ca_file, "/etc/ssl/old.pem");
    EXPECT_EQ(john.connect.client_certificate, "/etc/ssl/c.pem");
    EXPECT_EQ(john.connect.client_key, "/etc/ssl/k.pem");
    EXPECT_EQ(john.connect.proxy, "socks5h://gw:1080");
    EXPECT_EQ(john.connect.timeout_s, 30U);
    EXPECT_FALSE(john.connect.compress);
    EXPECT_EQ(john.folders.at(mail::SpecialUse::Sent), (mail::FolderPath{"Gesendete Elemente"}));
    EXPECT_EQ(john.folders.at(mail::SpecialUse::Archive), (mail::FolderPath{"INBOX", "Archiv"}));
    const Mailbox there = mailbox_of(profiles.find("mail.new.example"), "JohnD");
    EXPECT_EQ(there.url.path, "/srv/mail/JohnD");
}

TEST(ServerProfiles, AreReadWithCrlfAndAByteOrderMark) {
    EXPECT_EQ(mailbox("\xef\xbb\xbf[A]\r\nurl = imaps://h\r\n", "j").url.host, "h");
}

TEST(ServerProfiles, LogInAsTheAliasUnlessToldOtherwise) {
    EXPECT_EQ(mailbox("[A]\nurl = imaps://h\n", "j").connect.user, "j");
    EXPECT_EQ(mailbox("[A]\nurl = imaps://{alias}%40x@h\n", "j").url.user, "j@x");
    EXPECT_EQ(mailbox("[A]\nurl = imaps://{alias}%40x@h\n", "j").connect.user, "");
}

TEST(ServerProfiles, EncodeTheAliasWithinAUrl) {
    const Mailbox found = mailbox("[A]\nurl = imaps://{alias}@h\n", "o'h@r a:/%");
    EXPECT_EQ(found.url.user, "o'h@r a:/%");
    EXPECT_EQ(found.url.host, "h");
    EXPECT_EQ(mailbox("[A]\nurl = maildir:///m/{alias}\n", "a%2Fb").url.path, "/m/a%2Fb");
    EXPECT_EQ(mailbox("[A]\nurl = maildir:/m/{alias}\n", "a%2Fb").url.path, "/m/a%2Fb");
}

TEST(ServerProfiles, EncodeTheAliasOnlyWhereTheUrlIsDecoded) {
    EXPECT_EQ(mailbox("[A]\nurl = maildir:/a://{alias}\n", "a%2Fb").url.path, "/a://a%2Fb");
}

TEST(ServerProfiles, KeepTheAliasWithinItsFolder) {
    for (const char* alias :
         {"../../x", "..", ".", ".hidden", "a/b", "/etc", "", "a\nb", "a\x7f"}) {
        EXPECT_THROW(mailbox("[A]\nurl = maildir:/m/{alias}\n", alias), Error) << alias;
        EXPECT_THROW(mailbox("[A]\nurl = mbox:///m/{alias}.mbox\n", alias), Error) << alias;
        EXPECT_THROW(mailbox("[A]\nurl = imaps://h\npassword-file = /s/{alias}\n", alias), Error)
            << alias;
    }
    EXPECT_EQ(mailbox("[A]\nurl = imaps://h\n", "sales/john").connect.user, "sales/john");
}

TEST(ServerProfiles, LetNoAliasBecomeAPartOfACommand) {
    const Mailbox found = mailbox(
        "[A]\nurl = imaps://h\npassword-command = pass \"mail/{alias}\"\n"
        "token-command = token {alias}\n",
        "$(reboot)\"; reboot");
    EXPECT_EQ(found.secrets.password_command, "pass \"mail/${MBX_ALIAS}\"");
    EXPECT_EQ(found.connect.token_command, "token ${MBX_ALIAS}");
}

TEST(ServerProfiles, KnowWhetherAPasswordFileIsOfOneUser) {
    constexpr const char* kStart = "[A]\nurl = imaps://h\npassword-file = /s/";
    EXPECT_TRUE(mailbox(kStart + std::string("{alias}\n"), "j").secrets.one_users_file);
    EXPECT_FALSE(mailbox(kStart + std::string("all\n"), "j").secrets.one_users_file);
}

TEST(ServerProfiles, RefuseAProxyOfNoKnownKind) {
    for (const char* proxy : {"foo", "foo:1080", "ftp://h:1", "socks5h://"}) {
        const Error error = refused(std::string("[A]\nurl = imaps://h\nproxy = ") + proxy + "\n");
        EXPECT_EQ(error.place(), "servers.conf:3") << proxy;
    }
}

TEST(ServerProfiles, SuggestTheKeyThatWasMeant) {
    const Error error = refused("[A]\nurl = imaps://h\npasword-file = x\n");
    EXPECT_STREQ(error.what(), "servers.conf:3: unknown key pasword-file");
    EXPECT_EQ(error.hint(), "did you mean password-file?");
}

TEST(ServerProfiles, SuggestTheServerThatWasMeant) {
    const ServerProfiles profiles =
        ServerProfiles::parse("[GW-PROD1]\nurl = imaps://h\n", "s.conf");
    try {
        profiles.find("GW-PORD1");
        FAIL() << "found";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::NoInput);
        EXPECT_STREQ(error.what(), "s.conf: has no section [GW-PORD1]");
        EXPECT_EQ(error.hint(), "did you mean [GW-PROD1]?");
    }
}

TEST(ServerProfiles, NameTheLineOfWhatIsWrong) {
    const std::pair<const char*, const char*> kCases[] = {
        {"url = imaps://h\n", "servers.conf:1: a key before the first [server]"},
        {"[A]\n[B]\nurl = imaps://h\n", "servers.conf:1: [A] has no url"},
        {"\n[A]\n", "servers.conf:2: [A] has no url"},
        {"[A]\nurl = imaps://h\n[a]\n", "servers.conf:3: [a] is there twice"},
        {"[A]\nurl = maildir:/srv/mail\n",
         "servers.conf:2: [A] names the same mailbox for every alias"},
        {"[A]\nurl = eml:/srv/{Alias}\nuser = {alias}\n",
         "servers.conf:2: [A] names the same mailbox for every alias"},
        {"[A]\nurl = imaps://john@h\n",
         "servers.conf:2: [A] names the same mailbox for every alias"},
        {"[A]\nurl = imaps://h\nuser = john\n",
         "servers.conf:2: [A] names the same mailbox for every alias"},
        {"[A]\nurl = imaps://h\nurl = imaps://i\n", "servers.conf:3: url is given twice in [A]"},
        {"[]\n", "servers.conf:1: a section without a name"},
        {"[A]\nurl = imaps://h\nwhat is this\n",
         "servers.conf:3: is neither [server], key = value nor # comment"},
        {"[A]\nurl = imaps://h\nuser =\n", "servers.conf:3: user: the value is missing"},
        {"[A]\nurl = imaps://h\ntls = maybe\n",
         "servers.conf:3: tls: found maybe, expected required, opportunistic or none"},
        {"[A]\nurl = imaps://h\ncompress = 1\n",
         "servers.conf:3: compress: found 1, expected yes or no"},
        {"[A]\nurl = imaps://h\ntimeout = 0\n",
         "servers.conf:3: timeout: found 0, expected seconds from 1 to 86400"},
        {"[A]\nurl = imaps://h\npassword-command = pass a#b\n",
         "servers.conf:3: a # within a value would begin a comment"},
    };
    for (const auto& [text, what] : kCases) {
        EXPECT_STREQ(refused(text).what(), what) << text;
    }
}

TEST(ServerProfiles, RefuseABadUrlAtItsLine) {
    EXPECT_EQ(refused("[A]\nuser = x\nurl = imaps://john:geheim@h\n").place(), "servers.conf:3");
    EXPECT_EQ(refused("[A]\nurl = gopher://h\n[B]\nurl = imaps://h\n").place(), "servers.conf:2");
}

}  // namespace
}  // namespace mbx::migration
