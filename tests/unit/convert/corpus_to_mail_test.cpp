// The mail of the corpus, and what its PSTs hold, through the MAPI model into mail that is sound.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/error.hpp"
#include "convert/to_mail.hpp"
#include "convert/to_mapi.hpp"
#include "mapi/tags.hpp"
#include "pst/reader.hpp"
#include "support/mail_lint.hpp"
#include "support/shared_corpus.hpp"

namespace mbx::convert {
namespace {

constexpr ToMailOptions kRebuild{mapi::SpecialFolder::None, false, false};

std::string rebuilt(const mapi::Message& message) {
    base::DiagnosticList diagnostics;
    return base::read_all_text(*to_mail(message, kRebuild, diagnostics).message.source, 1U << 30);
}

void keep(const std::string& name, const std::string& text) {
    if (const char* folder = std::getenv("MBX_KEEP_MAILS")) {  // for people who want to look
        std::ofstream(std::string(folder) + "/" + name + ".eml") << text;
    }
}

/// Bytes that a signed part brings along are not ours to mend.
bool is_kept_as_it_was(const std::string& mail) {
    return mail.find("\r\nContent-Type: multipart/signed") != std::string::npos;
}

void expect_sound(const std::string& mail, const std::string& place) {
    if (is_kept_as_it_was(mail)) {
        return;
    }
    for (const std::string& fault : test::lint_mail(mail).faults) {
        ADD_FAILURE() << place << ": " << fault;
    }
}

TEST(MailOfTheCorpus, IsSoundWhenItIsRebuiltFromItsProperties) {
    const auto files = test::corpus_files(".eml");
    MBX_NEED_CORPUS(files);
    for (const auto& path : files) {
        base::IgnoreDiagnostics ignore;
        mail::Message source;
        source.source = base::file_source(path.string());
        const mapi::Message message = to_mapi(source, {}, ignore);
        const std::string mail = rebuilt(message);
        expect_sound(mail, path.string());
        keep(path.parent_path().filename().string() + "-" + path.stem().string(), mail);
    }
}

TEST(MessagesOfRealStores, BecomeSoundMail) {
    const auto files = test::corpus_files(".pst");
    MBX_NEED_CORPUS(files);
    std::size_t count = 0;
    for (const auto& path : files) {
        base::IgnoreDiagnostics ignore;
        const auto reader = pst::open_pst(path.string(), {}, ignore);
        for (const pst::PstFolder& folder : reader->folders()) {
            const auto cursor = reader->messages(folder.nid);
            while (cursor->next()) {
                const mapi::Message message = cursor->message();
                const std::string mail = rebuilt(message);
                const std::string name = path.stem().string() + "-" + std::to_string(count++);
                expect_sound(mail, name);
                EXPECT_EQ(mail, rebuilt(message)) << name << " differs the second time";
                keep(name, mail);
            }
        }
    }
    EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace mbx::convert
