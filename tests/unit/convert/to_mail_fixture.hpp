// Message objects for tests, put together property by property, and the mail that they become.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.hpp"
#include "base/little_endian.hpp"
#include "convert/entry_id.hpp"
#include "convert/to_mail.hpp"
#include "mapi/tags.hpp"
#include "support/mail_lint.hpp"

namespace mbx::convert {

inline constexpr base::FileTime kSent{133'485'701'500'000'000};      // 2024-01-01T08:09:10Z
inline constexpr base::FileTime kReceived{133'485'701'620'000'000};  // 12 seconds later

/// 32-bit tags as the tables have them: 0x0037001F.
inline mapi::PropertyTag tag(std::uint32_t value) {
    return mapi::PropertyTag::from_value(value);
}

inline mapi::PropertyBag person(std::int32_t type, const std::string& name,
                                const std::string& address) {
    mapi::PropertyBag row;
    row.set(mapi::PidTagRecipientType, type);
    row.set(mapi::PidTagDisplayName, name);
    row.set(mapi::PidTagAddressType, std::string("SMTP"));
    row.set(mapi::PidTagEmailAddress, address);
    return row;
}

/// A received mail from a@x.example to b@y.example with a short text.
inline mapi::Message received_mail() {
    mapi::Message message;
    mapi::PropertyBag& p = message.properties;
    p.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
    p.set(mapi::PidTagSubject, std::string("Subject"));
    p.set(mapi::PidTagBody, std::string("Text\r\n"));
    p.set(mapi::PidTagInternetMessageId, std::string("<1@x.example>"));
    p.set(mapi::PidTagClientSubmitTime, kSent);
    p.set(mapi::PidTagMessageDeliveryTime, kReceived);
    p.set(mapi::PidTagMessageFlags, std::int32_t{1});
    for (const auto& [name, address] :
         {std::pair{mapi::PidTagSentRepresentingName, mapi::PidTagSentRepresentingSmtpAddress},
          std::pair{mapi::PidTagSenderName, mapi::PidTagSenderSmtpAddress}}) {
        p.set(name, std::string("A"));
        p.set(address, std::string("a@x.example"));
    }
    message.recipients.push_back(person(1, "B", "b@y.example"));
    return message;
}

inline mapi::Attachment file_attachment(const std::string& name, const std::string& data,
                                        const std::string& media_type = {}) {
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{1});
    if (!name.empty()) {
        attachment.properties.set(mapi::PidTagAttachLongFilename, name);
    }
    if (!media_type.empty()) {
        attachment.properties.set(mapi::PidTagAttachMimeTag, media_type);
    }
    attachment.data = base::memory_source(data);
    return attachment;
}

struct MadeMail {
    ConvertedMail converted;
    std::string text;
    std::string tree;
    std::vector<base::Diagnostic> losses;

    /// The lines of a top-level field, folding undone; empty when it is not there.
    std::string field(const std::string& name) const {
        const std::string head = "\r\n" + text.substr(0, text.find("\r\n\r\n") + 2);
        std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) {
            return {};
        }
        at += name.size() + 4;
        std::string value;
        for (;;) {
            const std::size_t end = head.find("\r\n", at);
            value += head.substr(at, end - at);
            at = end + 2;
            if (at >= head.size() || (head[at] != ' ' && head[at] != '\t')) {
                return value;
            }
        }
    }
    bool lost(const std::string& kind) const {
        for (const base::Diagnostic& loss : losses) {
            if (loss.id == kind) {
                return true;
            }
        }
        return false;
    }
};

/// Converts, and looks that the result is sound and the same the second time.
inline MadeMail make_mail(const mapi::Message& message, const ToMailOptions& options = {}) {
    MadeMail made;
    base::DiagnosticList diagnostics;
    made.converted = to_mail(message, options, diagnostics);
    made.text = base::read_all_text(*made.converted.message.source, 1U << 30);
    EXPECT_EQ(made.text.size(), made.converted.message.source->size());
    made.losses = diagnostics.items;
    const mbx::test::MailLint lint = mbx::test::lint_mail(made.text);
    EXPECT_THAT(lint.faults, ::testing::IsEmpty()) << made.text;
    made.tree = lint.tree;
    base::IgnoreDiagnostics ignore;
    EXPECT_EQ(base::read_all_text(*to_mail(message, options, ignore).message.source, 1U << 30),
              made.text);
    return made;
}

}  // namespace mbx::convert
