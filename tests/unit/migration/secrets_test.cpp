#include "migration/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.hpp"
#include "migration/mailbox.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using ::testing::HasSubstr;

std::string write_file(const std::string& path, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

template <typename Call>
Error refused(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "not refused";
    return Error(ErrorCode::Internal, "");
}

TEST(SecretFromFile, IsTheFirstLine) {
    const test::TemporaryFolder folder;
    EXPECT_EQ(secret_from_file(write_file(folder / "a", "p w\\\"\r\nx\n")), "p w\\\"");
    EXPECT_EQ(secret_from_file(write_file(folder / "b", "no end")), "no end");
}

TEST(SecretFromFile, RefusesAFileThatOthersMayRead) {
    const test::TemporaryFolder folder;
    for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
        const std::string path = write_file(folder / "secret", "x\n", mode);
        const Error error = refused([&] { secret_from_file(path); });
        EXPECT_EQ(error.code(), ErrorCode::BadConfig);
        EXPECT_THAT(error.hint(), HasSubstr("chmod 600 "));
        EXPECT_EQ(error.place(), path);
    }
}

TEST(SecretFromFile, RefusesAMissingOrEmptyOne) {
    const test::TemporaryFolder folder;
    EXPECT_EQ(refused([&] { secret_from_file(folder / "none"); }).code(), ErrorCode::NoInput);
    const std::string path = write_file(folder / "empty", "\nx\n");
    EXPECT_EQ(refused([&] { secret_from_file(path); }).code(), ErrorCode::BadConfig);
}

TEST(SecretFromFile, RefusesAByteOfZero) {
    const test::TemporaryFolder folder;
    const std::string path = write_file(folder / "secret", std::string("pw1\0x\n", 6));
    const Error error = refused([&] { secret_from_file(path); });
    EXPECT_EQ(error.code(), ErrorCode::BadConfig);
    EXPECT_EQ(error.place(), path);
}

constexpr const char* kNetrc = R"(# mail
machine old.example login john password "a b\"c"
machine old.example
    login mary
    password m#1 account x
macdef init
    machine old.example login evil password evil

machine new.example login only
default login any password last
)";

TEST(FindInNetrc, TakesTheEntryOfHostAndUser) {
    EXPECT_EQ(find_in_netrc(kNetrc, "old.example", "john")->password, "a b\"c");
    EXPECT_EQ(find_in_netrc(kNetrc, "OLD.example", "mary")->password, "m#1");
    EXPECT_EQ(find_in_netrc(kNetrc, "old.example", "")->user, "john");
}

TEST(FindInNetrc, LooksIntoNoMacro) {
    EXPECT_EQ(find_in_netrc(kNetrc, "old.example", "evil"), std::nullopt);
}

TEST(FindInNetrc, HasADefaultAndSkipsEntriesWithoutPassword) {
    EXPECT_EQ(find_in_netrc(kNetrc, "new.example", "any")->password, "last");
    EXPECT_EQ(find_in_netrc(kNetrc, "new.example", "only"), std::nullopt);
    EXPECT_EQ(find_in_netrc("", "new.example", ""), std::nullopt);
}

Mailbox imap_mailbox() {
    Mailbox mailbox;
    mailbox.url = store::MailboxUrl::parse("imaps://john@old.example");
    return mailbox;
}

TEST(FetchSecrets, AsksTheCommandFirst) {
    Mailbox mailbox = imap_mailbox();
    mailbox.secrets.password_command = "echo from command";
    mailbox.secrets.password_file = "/nowhere";
    fetch_secrets(mailbox);
    EXPECT_EQ(mailbox.connect.password, "from command");
}

TEST(FetchSecrets, NamesTheCommandThatFailed) {
    Mailbox mailbox = imap_mailbox();
    mailbox.secrets.password_command = "exit 2";
    EXPECT_STREQ(refused([&] { fetch_secrets(mailbox); }).what(),
                 "password command: the command ended with exit code 2");
}

TEST(FetchSecrets, BlamesTheConfigurationForAFileThatIsThatOfAllUsers) {
    const test::TemporaryFolder folder;
    Mailbox mailbox = imap_mailbox();
    for (const std::string& path :
         {folder / "none", write_file(folder / "open", "x\n", 0644), folder / "."}) {
        mailbox.secrets.password_file = path;
        mailbox.secrets.one_users_file = false;
        EXPECT_EQ(refused([&] { fetch_secrets(mailbox); }).code(), ErrorCode::BadConfig);
        mailbox.secrets.one_users_file = true;
        const Error error = refused([&] { fetch_secrets(mailbox); });
        EXPECT_EQ(error.code(), ErrorCode::NotAllowed);
        EXPECT_EQ(error.place(), path);
    }
}

TEST(FetchSecrets, ReadsTheEnvironment) {
    ASSERT_EQ(::setenv("MBX_TEST_SECRET", "from environment", 1), 0);
    Mailbox mailbox = imap_mailbox();
    mailbox.secrets.token_environment = "MBX_TEST_SECRET";
    fetch_secrets(mailbox);
    EXPECT_EQ(mailbox.connect.oauth_token, "from environment");
    mailbox.secrets.token_environment = "MBX_TEST_NOT_SET";
    EXPECT_EQ(refused([&] { fetch_secrets(mailbox); }).code(), ErrorCode::BadConfig);
}

TEST(FetchSecrets, ReadsTheNetrcLast) {
    const test::TemporaryFolder folder;
    Mailbox mailbox = imap_mailbox();
    mailbox.secrets.netrc_file = write_file(folder / "netrc", kNetrc);
    fetch_secrets(mailbox);
    EXPECT_EQ(mailbox.connect.password, "a b\"c");
    mailbox.connect.user = "nobody";
    mailbox.url.host = "other.example";
    const Error error = refused([&] { fetch_secrets(mailbox); });
    EXPECT_EQ(error.code(), ErrorCode::NotAllowed);
    EXPECT_EQ(error.text(), "no password for nobody at other.example");
    mailbox.secrets.netrc_file = folder / "none";
    EXPECT_EQ(refused([&] { fetch_secrets(mailbox); }).code(), ErrorCode::BadConfig);
}

TEST(FetchSecrets, NeedsNoneForAFolderOnDiskOrACertificate) {
    Mailbox mailbox = imap_mailbox();
    mailbox.connect.sasl_mechanism = "external";
    EXPECT_NO_THROW(fetch_secrets(mailbox));
    mailbox.url = store::MailboxUrl::parse("maildir:/srv/mail");
    mailbox.connect.sasl_mechanism.clear();
    EXPECT_NO_THROW(fetch_secrets(mailbox));
}

}  // namespace
}  // namespace mbx::migration
