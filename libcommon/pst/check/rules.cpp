#include "pst/check/rules.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace mbx::pst::check {
namespace {

constexpr Rule kRules[]{
    {"H1", Severity::Error, "the header has its magic numbers, version and both CRCs", "2.2.2.6"},
    {"H2", Severity::Error, "the file is as long as ibFileEof says, in whole sections", "2.2.2.5"},
    {"H3", Severity::Error, "ibAMapLast is the last section", "2.2.2.5"},
    {"H5", Severity::Warning, "fAMapValid says that the allocation maps are right", "2.2.2.5"},
    {"H8", Severity::Info, "reserved fields of the header are zero", "2.2.2.6"},
    {"T1", Severity::Error, "a B-tree page has its type, BID, signature, CRC and level",
     "2.2.2.7.7"},
    {"T2", Severity::Error, "keys ascend; a page's key is the first key below it", "2.2.2.7.7"},
    {"T3", Severity::Info, "padding of B-tree pages and entries is zero", "2.2.2.7.7"},
    {"H6", Severity::Error, "bidNextB and bidNextP are above all BIDs in use, and leave some",
     "2.2.2.6"},
    {"A4", Severity::Error, "blocks and pages are aligned, inside the file and one section",
     "2.2.2.8"},
    {"A1", Severity::Error, "every allocation page is there and valid", "2.2.2.7.2"},
    {"A2", Severity::Error, "what is in use is marked as allocated", "2.2.2.7.2"},
    {"A3", Severity::Error, "no two blocks or pages overlap", "2.2.2.8"},
    {"A5", Severity::Warning, "what is marked as allocated is in use", "2.2.2.7.2"},
    {"A6", Severity::Info, "PMap and FPMap pages and rgbFP are all ones", "2.2.2.7.3"},
    {"A7", Severity::Info, "FMap bytes tell the free space of their section", "2.2.2.7.5"},
    {"H10", Severity::Warning, "the density list is absent or valid", "2.2.2.7.4"},
    {"H4", Severity::Warning, "cbAMapFree is the free space of all maps", "2.2.2.5"},
    {"H11", Severity::Info, "cbPMapFree is zero, or the space reserved for pages", "2.2.2.5"},
    {"B1", Severity::Error, "a block has its size, BID, signature and CRC", "2.2.2.8.1"},
    {"B7", Severity::Error, "bit 1 of a BID tells internal blocks, bit 0 is clear", "2.2.2.2"},
    {"B5", Severity::Error, "an XBLOCK's levels and sizes fit what is below it", "2.2.2.8.3.2"},
    {"B6", Severity::Error, "an SLBLOCK has entries, ascending", "2.2.2.8.3.3"},
    {"B2", Severity::Error, "every BID that is named exists", "2.2.2.7.7.3"},
    {"B3", Severity::Warning, "every block has an owner", "2.2.2.7.7.3"},
    {"B4", Severity::Error, "cRef is the number of references and one more", "2.2.2.7.7.3"},
    {"N1", Severity::Error, "a NID is unique and has 32 bits", "2.2.2.7.7.4"},
    {"N2", Severity::Error, "a node has the parent that its type asks for", "2.2.2.7.7.4.1"},
    {"N3", Severity::Error, "every folder leads up to the root folder", "2.4.4"},
    {"N4", Severity::Error, "every folder and message is in its parent's table", "2.4.4"},
    {"H7", Severity::Warning, "rgnid is at least the highest index of each type, and leaves some",
     "2.2.2.6"},
    {"L1", Severity::Error, "a heap has the signatures of its kind", "2.3.1.2"},
    {"L2", Severity::Error, "a heap block's page map is consistent", "2.3.1.5"},
    {"L3", Severity::Error, "heap items have at most 3,580 bytes", "2.3.1.1"},
    {"L4", Severity::Error, "heap identifiers lead to items", "2.3.1.1"},
    {"L5", Severity::Info, "the fill levels of a heap fit its blocks", "2.3.1.2"},
    {"L7", Severity::Error, "BTH records are sorted, unique and whole", "2.3.2"},
    {"L8", Severity::Error, "property values have the size and form of their type", "2.3.3"},
    {"L10", Severity::Warning, "every subnode is named by something", "2.2.2.8.3.3"},
    {"L11", Severity::Error, "a table's columns are sorted and tile its rows", "2.3.4.1"},
    {"L12", Severity::Error, "a table's rows, row index and row identifiers agree", "2.3.4.3"},
    {"L14", Severity::Info, "absent cells, and bytes that no value uses, are zero", "2.3.4.4.3"},
    {"S1", Severity::Error, "the mandatory nodes are there", "2.7.1"},
    {"S2", Severity::Warning, "the nodes that Outlook adds are there", ""},
    {"S3", Severity::Warning, "templates and tables have the columns of their kind", "2.4.4"},
    {"S4", Severity::Error, "the store has its properties; EntryIDs lead to folders", "2.4.3"},
    {"S5", Severity::Warning, "PidTagValidFolderMask fits the EntryIDs", "2.4.3"},
    {"S16", Severity::Warning, "the name-to-id map is consistent", "2.4.7"},
    {"S17", Severity::Warning, "the ID map and message index are complete when used", ""},
    {"S18", Severity::Warning, "the receive folder table has a default and leads to folders",
     "2.4.8.4"},
    {"S19", Severity::Warning, "the search activity list names the search folders", "2.4.8.4.1"},
    {"S6", Severity::Error, "a folder has its tables, a search folder its criteria", "2.4.4"},
    {"S7", Severity::Error, "hierarchy rows are the child folders and their properties", "2.4.4.4"},
    {"S20", Severity::Warning, "links to the default folders lead to folders", "2.4.4"},
    {"S8", Severity::Warning, "PidTagSubfolders tells whether there are child folders",
     "2.4.4.1.1"},
    {"S9", Severity::Error, "a folder's counts are those of its contents table", "2.4.4.1.1"},
    {"S10", Severity::Error, "contents rows are the messages and their properties", "2.4.4.5"},
    {"S11", Severity::Error, "a message has its mandatory properties", "2.4.5.1.1"},
    {"S12", Severity::Info, "a message has a recipient table", "2.4.5.3"},
    {"S13", Severity::Error, "attachments, their table and the message's flag agree", "2.4.6"},
    {"S14", Severity::Warning, "PidTagMessageSize and PidTagAttachSize are right", "2.4.5.1.1"},
    {"S15", Severity::Error, "an embedded message is there and as large as said", "2.4.6.2.1"},
    {"M4", Severity::Warning, "no empty strings but subject, sender and topic", ""},
    {"R1", Severity::Warning, "a recipient has a row number, a kind, and a name or address",
     "2.4.5.3.1"},
    {"M5", Severity::Warning, "PidTagDisplayTo, Cc and Bcc are the names of the recipients", ""},
    {"M7", Severity::Info, "a conversation index has its header", ""},
    {"M6", Severity::Warning, "a contents row's conversation id follows from the message", ""},
    {"M8", Severity::Warning, "a subject has at most 255 characters and no control characters",
     "2.5.3.1.1"},
    {"L13", Severity::Warning, "row versions are unique in the store", ""},
    {"H9", Severity::Warning, "dwUnique is above every row version", "2.2.2.6"},
    {"P1", Severity::Error, "what is read through libpff can be read to its end", ""},
};

}  // namespace

std::span<const Rule> rules() noexcept {
    return kRules;
}

const Rule& rule(std::string_view id) {
    const auto* found = std::ranges::find(kRules, id, &Rule::id);
    assert(found != std::end(kRules));
    return *found;
}

}  // namespace mbx::pst::check
