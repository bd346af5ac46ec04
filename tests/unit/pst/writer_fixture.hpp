// A PstWriter on a temporary file, with a fixed clock and repeatable identifiers, and messages to
// feed it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/message.hpp"
#include "mapi/tags.hpp"
#include "pst/writer.hpp"
#include "temporary_folder.hpp"
#include "unit/pst/raw_store.hpp"

namespace mbx::pst {

class WriterTest : public testing::Test {
  protected:
    static constexpr std::uint32_t kInbox = 0x80A2;  // the first folder that is made
    static constexpr std::uint32_t kFirstMessage = 0x200024;

    std::string path(const std::string& name = "test.pst") const { return folder_ / name; }

    std::unique_ptr<PstWriter> open(PstWriterOptions options = {},
                                    const std::string& name = "test.pst") {
        ids_ = base::SeededIds(1);
        return std::make_unique<PstWriter>(path(name), options, clock_, ids_);
    }

    static ndb::Nid make_inbox(PstWriter& writer) {
        mapi::Folder inbox;
        inbox.display_name = "Inbox";
        inbox.special = mapi::SpecialFolder::Inbox;
        return writer.add_folder(writer.ipm_subtree(), inbox);
    }

    /// Closes the writer and says what is wrong with the file.
    std::vector<std::string> problems_after_close(PstWriter& writer) {
        writer.close();
        store_ = std::make_unique<test::RawStore>(path());
        return store_->problems();
    }

    static mapi::Message message(const std::string& subject) {
        mapi::Message result;
        result.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
        result.properties.set(mapi::PidTagSubject, subject);
        result.properties.set(mapi::PidTagBody, std::string("Hello.\r\n"));
        result.properties.set(mapi::PidTagMessageFlags, std::int32_t{1});
        return result;
    }
    static mapi::PropertyBag recipient(const std::string& address, std::int32_t type = 1) {
        mapi::PropertyBag bag;
        bag.set(mapi::PidTagRecipientType, type);
        bag.set(mapi::PidTagDisplayName, "Name of " + address);
        bag.set(mapi::PidTagAddressType, std::string("SMTP"));
        bag.set(mapi::PidTagEmailAddress, address);
        bag.set(mapi::PidTagSmtpAddress, address);
        return bag;
    }
    static mapi::Attachment attachment(base::SharedSource data,
                                       const std::string& name = "file.bin") {
        mapi::Attachment result;
        result.properties.set(mapi::PidTagAttachMethod,
                              static_cast<std::int32_t>(mapi::AttachMethod::ByValue));
        result.properties.set(mapi::PidTagAttachFilename, name);
        result.properties.set(mapi::PidTagAttachLongFilename, name);
        result.data = std::move(data);
        return result;
    }
    static base::SharedSource bytes(std::size_t size) {
        base::Bytes result(size);
        for (std::size_t i = 0; i < size; ++i) {
            result[i] = static_cast<std::byte>(i * 7 + i / 256);
        }
        return base::memory_source(std::move(result));
    }

    test::RawStore& store() { return *store_; }
    base::SeededIds* ids() { return &ids_; }

  private:
    test::TemporaryFolder folder_;
    base::FixedClock clock_{base::FileTime{0x01DA00112233AABB}};
    base::SeededIds ids_{1};
    std::unique_ptr<test::RawStore> store_;
};

}  // namespace mbx::pst
