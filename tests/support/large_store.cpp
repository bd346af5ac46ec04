#include "support/large_store.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/tags.hpp"
#include "pst/writer.hpp"

namespace mbx::test {
namespace {

using pst::ndb::Nid;

mapi::Message message(const std::string& subject) {
    mapi::Message result;
    result.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
    result.properties.set(mapi::PidTagSubject, subject);
    result.properties.set(mapi::PidTagBody, std::string("Hello.\r\n"));
    return result;
}

mapi::Attachment attachment(mapi::AttachMethod method, std::size_t size) {
    mapi::Attachment result;
    result.properties.set(mapi::PidTagAttachMethod, static_cast<std::int32_t>(method));
    result.data = base::memory_source(base::Bytes(size, std::byte{0x5A}));
    return result;
}

mapi::Message with_attachments(const std::string& subject, mapi::AttachMethod method,
                               std::size_t count, std::size_t size) {
    mapi::Message result = message(subject);
    for (std::size_t i = 0; i < count; ++i) {
        result.attachments.push_back(attachment(method, size));
    }
    return result;
}

mapi::Message with_recipients(const std::string& subject, int count) {
    mapi::Message result = message(subject);
    for (int i = 0; i < count; ++i) {
        mapi::PropertyBag bag;
        bag.set(mapi::PidTagRecipientType, std::int32_t{1});
        bag.set(mapi::PidTagDisplayName, fmt::format("Recipient number {}", i));
        bag.set(mapi::PidTagEmailAddress, fmt::format("r{}@example.com", i));
        result.recipients.push_back(std::move(bag));
    }
    return result;
}

Nid add_folder(pst::PstWriter& writer, const std::string& name, mapi::SpecialFolder special) {
    mapi::Folder folder;
    folder.display_name = name;
    folder.special = special;
    return writer.add_folder(writer.ipm_subtree(), folder);
}

}  // namespace

void write_large_store(const std::string& path) {
    const base::FixedClock clock{base::FileTime{0x01DA00112233AABB}};
    base::SeededIds ids{2};
    pst::PstWriter writer(path, {}, clock, ids);
    const Nid inbox = add_folder(writer, "Inbox", mapi::SpecialFolder::Inbox);
    add_folder(writer, "Calendar", mapi::SpecialFolder::Calendar);
    add_folder(writer, "Drafts", mapi::SpecialFolder::Drafts);
    add_folder(writer, "Junk E-mail", mapi::SpecialFolder::JunkEmail);
    const Nid crowded = add_folder(writer, "Crowded", mapi::SpecialFolder::None);
    writer.add(inbox, with_attachments("many attachments", mapi::AttachMethod::ByValue, 350, 1));
    writer.add(inbox, with_attachments("a large one", mapi::AttachMethod::ByValue, 1, 9'000'000));
    writer.add(inbox, with_recipients("many recipients", 100));
    writer.add(inbox, with_attachments("an object", mapi::AttachMethod::Ole, 1, 100));
    for (int i = 0; i < 60; ++i) {
        writer.add(crowded, message("crowd"));
    }
    writer.close();
}

}  // namespace mbx::test
