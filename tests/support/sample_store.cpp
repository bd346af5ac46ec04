#include "support/sample_store.hpp"

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/tags.hpp"
#include "pst/writer.hpp"

namespace mbx::test {
namespace {

constexpr base::FileTime kNow{0x01DA00112233AABB};

mapi::Message message(const std::string& subject) {
    mapi::Message result;
    result.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
    result.properties.set(mapi::PidTagSubject, subject);
    result.properties.set(mapi::PidTagBody, std::string("Hello.\r\n"));
    result.properties.set(mapi::PidTagMessageFlags, std::int32_t{0});
    result.properties.set(mapi::PidTagCreationTime, kNow);
    return result;
}

mapi::PropertyBag recipient(const std::string& address) {
    mapi::PropertyBag bag;
    bag.set(mapi::PidTagRecipientType, std::int32_t{1});
    bag.set(mapi::PidTagDisplayName, address);
    bag.set(mapi::PidTagAddressType, std::string("SMTP"));
    bag.set(mapi::PidTagEmailAddress, address);
    return bag;
}

mapi::Attachment attachment(std::size_t size) {
    mapi::Attachment result;
    result.properties.set(mapi::PidTagAttachMethod,
                          static_cast<std::int32_t>(mapi::AttachMethod::ByValue));
    result.properties.set(mapi::PidTagAttachLongFilename, std::string("file.bin"));
    result.data = base::memory_source(base::Bytes(size, std::byte{0x5A}));
    return result;
}

mapi::Message rich_message() {
    mapi::Message result = message("RE: rich");
    result.recipients = {recipient("a@example.com"), recipient("b@example.com")};
    result.attachments.push_back(attachment(100));
    result.attachments.push_back(attachment(20'000));
    mapi::Attachment embedded;
    embedded.embedded = std::make_unique<mapi::Message>(message("inner"));
    result.attachments.push_back(std::move(embedded));
    result.properties.set({mapi::PSETID_Common, 0x8503U}, mapi::PropertyType::Boolean, true);
    result.properties.set({mapi::PS_PUBLIC_STRINGS, std::string("Keywords")},
                          mapi::PropertyType::MultipleString,
                          std::vector<std::string>{"red", "blue"});
    return result;
}

}  // namespace

void write_sample_store(const std::string& path) {
    const base::FixedClock clock{kNow};
    base::SeededIds ids{1};
    pst::PstWriter writer(path, {}, clock, ids);
    mapi::Folder inbox;
    inbox.display_name = "Inbox";
    inbox.special = mapi::SpecialFolder::Inbox;
    const pst::ndb::Nid inbox_nid = writer.add_folder(writer.ipm_subtree(), inbox);
    mapi::Folder work;
    work.display_name = "Work";
    const pst::ndb::Nid work_nid = writer.add_folder(inbox_nid, work);
    writer.add(inbox_nid, message("plain"));
    writer.add(inbox_nid, rich_message());
    for (int i = 0; i < 30; ++i) {
        writer.add(work_nid, message("work"));
    }
    mapi::Message hidden = message("view");
    hidden.associated = true;
    writer.add(work_nid, hidden);
    writer.close();
}

}  // namespace mbx::test
