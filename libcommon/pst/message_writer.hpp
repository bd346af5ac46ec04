// Writes message objects: properties, recipients, attachments, messages inside messages
// ([MS-PST] 2.4.5, 2.4.6).
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mapi/message.hpp"
#include "pst/empty_table.hpp"
#include "pst/ltp/property_context_writer.hpp"
#include "pst/ltp/subnode_writer.hpp"
#include "pst/named_property_map.hpp"
#include "pst/property_list.hpp"
#include "pst/row_versions.hpp"

namespace mbx::pst {

/// Throws Error(BadData) for what no store can hold: an attachment or value of 2 GiB or more,
/// embedding deeper than mapi::kDeepestEmbedding. Reads no content.
void check_holdable(const mapi::Message& message);

class MessageWriter {
  public:
    /// All outlive the writer. no_recipients: the recipient table of messages that have none.
    MessageWriter(ndb::NdbWriter& ndb, NamedPropertyMap& names, RowVersions& versions,
                  EmptyTable& no_recipients, const base::Clock& clock, base::IdSource& ids);

    struct Written {
        ltp::WrittenNode node;
        /// What a table of the folder's messages shows of it, conversation id included.
        PropertyList row;
    };
    /// Writes the blocks of a message; it gets no node yet. Pre: check_holdable() did not throw.
    Written write(const mapi::Message& message);

  private:
    struct Object {
        ltp::WrittenNode node;
        PropertyList properties;
    };
    Object write_object(const mapi::Message& message, const mapi::PropertyBag& computed);
    void write_recipients(ltp::SubnodeWriter& subnodes, const mapi::Message& message);
    void write_attachments(ltp::SubnodeWriter& subnodes, const mapi::Message& message);
    /// Returns the row.
    PropertyList write_attachment(ltp::SubnodeWriter& subnodes, ndb::Nid nid,
                                  const mapi::Attachment& attachment);
    /// Gives the property that holds the content; `list` gets it. Returns its part of
    /// PidTagAttachSize.
    std::uint64_t write_content(ltp::SubnodeWriter& subnodes, const mapi::Attachment& attachment,
                                PropertyList& list);

    ndb::NdbWriter& ndb_;
    NamedPropertyMap& names_;
    RowVersions& versions_;
    EmptyTable& no_recipients_;
    const base::Clock& clock_;
    base::IdSource& ids_;
};

}  // namespace mbx::pst
