// Prints what pst-extractor finds below "Top of Outlook data file", in the format of list_pst, and behind each message
// a line "view TAB path TAB JSON" with the fields of stated_mail.Stated.view().
// usage: NODE_PATH=.../node_modules node read_with_pst_extractor.js FILE.pst

const crypto = require('crypto');
const { PSTFile } = require('pst-extractor');

const BY_VALUE = 1;

function digest(attachment) {
    const hash = crypto.createHash('sha256');
    const stream = attachment.fileInputStream;
    const buffer = Buffer.alloc(8176);
    let count = 0;
    do {
        count = stream.read(buffer);
        hash.update(buffer.subarray(0, Math.max(count, 0)));
    } while (count === buffer.length);
    return hash.digest('hex');
}

function oneLine(text) {
    return text.replace(/[\u0000-\u001f]/g, '_');
}

function seconds(date) {
    return date === null ? null : Math.floor(date.getTime() / 1000);
}

function recipientsOf(message) {
    const recipients = [];
    const count = message.numberOfRecipients;
    if (count > 0) {
        // It would read the whole table again for each row.
        const rows = message.recipientTable.getItems();
        message.recipientTable.getItems = () => rows;
    }
    for (let i = 0; i < count; ++i) {
        const { recipientType, displayName, emailAddress } = message.getRecipient(i);
        recipients.push([recipientType, displayName, emailAddress]);
    }
    return recipients;
}

function viewOf(message) {
    return {
        subject: message.subject,
        from: [message.sentRepresentingName, message.sentRepresentingEmailAddress],
        sender: [message.senderName, message.senderEmailAddress],
        recipients: recipientsOf(message),
        shown: [message.displayTo, message.displayCC, message.displayBCC],
        submitted: seconds(message.clientSubmitTime),
        delivered: seconds(message.messageDeliveryTime),
        read: message.isRead,
        importance: message.importance,
        class: message.messageClass,
        'message id': message.internetMessageId,
        text: message.body,
        html: message.bodyHTML,
    };
}

function listAttachments(message, path) {
    for (let i = 0; i < message.numberOfAttachments; ++i) {
        const attachment = message.getAttachment(i);
        if (attachment.attachMethod === BY_VALUE) {
            console.log(`attachment\t${path}\t${digest(attachment)}`);
        }
    }
}

function walk(folder, path) {
    let messages = 0;
    for (let item = folder.getNextChild(); item !== null; item = folder.getNextChild()) {
        ++messages;
        console.log(`message\t${path}\t${oneLine(item.subject)}`);
        console.log(`view\t${path}\t${JSON.stringify(viewOf(item))}`);
        listAttachments(item, path);
    }
    console.log(`folder\t${path}\t${messages}`);
    walkFolders(folder, `${path}/`);
}

function walkFolders(folder, before) {
    // A search folder has no table of folders; pst-extractor throws when it is asked for one.
    if (folder.hasSubfolders) {
        folder.getSubFolders().forEach(child => walk(child, before + oneLine(child.displayName).replace(/\//g, '_')));
    }
}

const top = new PSTFile(process.argv[2]).getRootFolder().getSubFolders()
    .find(folder => folder.displayName === 'Top of Outlook data file');
walkFolders(top, '');
