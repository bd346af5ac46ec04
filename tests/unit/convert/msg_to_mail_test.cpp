// Every real Outlook item of the corpus becomes sound mail.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "convert/to_mail.hpp"
#include "support/mail_lint.hpp"
#include "support/msg_file.hpp"
#include "support/shared_corpus.hpp"

namespace mbx::convert {
namespace {

std::string convert_to_text(const mapi::Message& message) {
    base::DiagnosticList diagnostics;
    const ConvertedMail mail = to_mail(message, {}, diagnostics);
    std::string text = base::read_all_text(*mail.message.source, 1U << 30);
    EXPECT_EQ(text.size(), mail.message.source->size());
    return text;
}

TEST(CorpusOfOutlookItems, BecomeSoundMail) {
    const auto files = test::corpus_files(".msg");
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    const char* keep = std::getenv("MBX_KEEP_MAILS");  // a folder, for people who want to look
    for (const auto& path : files) {
        const mapi::Message message = test::read_msg_file(path);
        const std::string text = convert_to_text(message);
        const test::MailLint lint = test::lint_mail(text);
        for (const std::string& fault : lint.faults) {
            ADD_FAILURE() << path << ": " << fault;
        }
        EXPECT_EQ(text, convert_to_text(message)) << path << " differs the second time";
        if (keep != nullptr) {
            std::ofstream(std::string(keep) + "/" + path.stem().string() + ".eml") << text;
        }
    }
}

}  // namespace
}  // namespace mbx::convert
