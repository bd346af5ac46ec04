// Writes a PST with a bit of everything through PstWriter, and says on stdout what readers should
// find in it: "folder TAB name TAB messages" and "attachment TAB sha256 TAB bytes" lines;
// attachments of a message that has more than one subnode block can name are "many", not
// "attachment".

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "mapi/message.hpp"
#include "mapi/tags.hpp"
#include "pst/writer.hpp"

namespace {

namespace base = mbx::base;
namespace mapi = mbx::mapi;
namespace ndb = mbx::pst::ndb;
namespace pst = mbx::pst;

constexpr base::FileTime kThen{0x01DA00112233AABB};

/// The same bytes for the same size, on every machine; no two sizes begin alike.
base::Bytes content(std::size_t size) {
    base::Bytes result(size);
    std::uint32_t state = static_cast<std::uint32_t>(size) * 2'654'435'761U + 1;
    for (std::byte& byte : result) {
        state = state * 1'664'525U + 1'013'904'223U;
        byte = static_cast<std::byte>(state >> 24);
    }
    return result;
}

mapi::Message message(const std::string& subject) {
    mapi::Message m;
    mapi::PropertyBag& p = m.properties;
    p.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
    p.set(mapi::PidTagSubject, subject);
    p.set(mapi::PidTagMessageFlags, std::int32_t{1});
    p.set(mapi::PidTagClientSubmitTime, kThen);
    p.set(mapi::PidTagMessageDeliveryTime, kThen);
    p.set(mapi::PidTagSenderName, std::string("Jürgen Müller"));
    p.set(mapi::PidTagSenderAddressType, std::string("SMTP"));
    p.set(mapi::PidTagSenderEmailAddress, std::string("juergen@example.com"));
    p.set(mapi::PidTagSentRepresentingName, std::string("Jürgen Müller"));
    p.set(mapi::PidTagInternetMessageId, "<" + base::to_hex(content(subject.size())) + "@x>");
    p.set(mapi::PidTagInternetCodepage, std::int32_t{65001});
    p.set(mapi::PidTagBody, "Text of " + subject + "\r\n");
    for (const std::int32_t type : {1, 2}) {
        mapi::PropertyBag recipient;
        recipient.set(mapi::PidTagRecipientType, type);
        recipient.set(mapi::PidTagDisplayName, std::string("Mary Smith"));
        recipient.set(mapi::PidTagAddressType, std::string("SMTP"));
        recipient.set(mapi::PidTagEmailAddress, std::string("mary@example.com"));
        recipient.set(mapi::PidTagSmtpAddress, std::string("mary@example.com"));
        m.recipients.push_back(std::move(recipient));
    }
    return m;
}

void attach(mapi::Message& m, std::size_t size, const char* told_as = "attachment") {
    mapi::Attachment attachment;
    const std::string name = fmt::format("data-{}.bin", size);
    attachment.properties.set(mapi::PidTagAttachMethod,
                              static_cast<std::int32_t>(mapi::AttachMethod::ByValue));
    attachment.properties.set(mapi::PidTagAttachFilename, name);
    attachment.properties.set(mapi::PidTagAttachLongFilename, name);
    attachment.properties.set(mapi::PidTagAttachMimeTag, std::string("application/octet-stream"));
    attachment.data = base::memory_source(content(size));
    m.attachments.push_back(std::move(attachment));
    fmt::print("{}\t{}\t{}\n", told_as, base::to_hex(base::sha256(content(size))), size);
}

class Store {
  public:
    explicit Store(const std::string& path) : writer_(path, {}, clock_, ids_) {}

    void begin_folder(const std::string& name,
                      mapi::SpecialFolder special = mapi::SpecialFolder::None) {
        tell();
        mapi::Folder folder;
        folder.display_name = name;
        folder.special = special;
        folder_ = writer_.add_folder(writer_.ipm_subtree(), folder);
        name_ = name;
    }
    void add(const mapi::Message& m) {
        writer_.add(folder_, m);
        ++count_;
    }
    void close() {
        tell();
        writer_.close();
    }

  private:
    void tell() {
        if (!name_.empty()) {
            fmt::print("folder\t{}\t{}\n", name_, count_);
        }
        count_ = 0;
    }

    base::FixedClock clock_{kThen};
    base::SeededIds ids_{7};
    pst::PstWriter writer_;
    ndb::Nid folder_;
    std::string name_;
    int count_ = 0;
};

void fill_inbox(Store& store) {
    store.begin_folder("Inbox", mapi::SpecialFolder::Inbox);
    for (const char* subject : {"plain", "RE: answered", "Grüße, 中文 and \U0001F600", ""}) {
        store.add(message(subject));
    }
    mapi::Message long_one = message(std::string(400, 's'));
    long_one.properties.set(mapi::PidTagBody, std::string(100'000, 'b'));
    long_one.properties.set(mapi::PidTagHtml, base::to_bytes("<p>" + std::string(20'000, 'h')));
    long_one.properties.set(mapi::PidTagTransportMessageHeaders, std::string(5'000, 't'));
    for (int i = 0; i < 200; ++i) {
        long_one.recipients.push_back(long_one.recipients.front());
    }
    store.add(long_one);
    mapi::Message bare;
    bare.properties.set(mapi::PidTagSubject, std::string("bare"));
    store.add(bare);
    mapi::Message named = message("named properties");
    for (std::uint32_t i = 0; i < 300; ++i) {
        named.properties.set({mapi::PSETID_Note, 0x8B00 + i}, mapi::PropertyType::Integer32,
                             static_cast<std::int32_t>(i));
    }
    store.add(named);
}

void fill_attachments(Store& store) {
    store.begin_folder("Attachments");
    for (const std::size_t size : {1, 3'580, 3'581, 8'176, 8'177, 1'000'000, 8'347'697}) {
        mapi::Message m = message(fmt::format("attachment of {}", size));
        attach(m, size);
        store.add(m);
    }
    for (const std::size_t count : {300U, 350U}) {
        mapi::Message m = message(fmt::format("{} attachments", count));
        for (std::size_t i = 0; i < count; ++i) {
            attach(m, 100 * count + i, count > 338 ? "many" : "attachment");
        }
        store.add(m);
    }
}

void fill_large(Store& store) {
    store.begin_folder("Many");
    for (int i = 0; i < 1'500; ++i) {
        store.add(message(fmt::format("message {}", i)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: write_varied_pst FILE.pst\n");
        return 64;
    }
    try {
        Store store(argv[1]);
        fill_inbox(store);
        fill_attachments(store);
        fill_large(store);
        store.begin_folder("Empty");
        store.close();
    } catch (const std::exception& error) {
        fmt::print(stderr, "write_varied_pst: {}\n", error.what());
        return 70;
    }
    return 0;
}
