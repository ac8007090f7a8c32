// Package directory shows the staff directories of all vendors through one interface: departments, their members, a
// user by id, in the words of SCIM (RFC 7643), with the vendor's own value in Raw.
//
//	d := directory.WeCom(client)
//	for user, err := range directory.Walk(ctx, d, directory.WalkOptions{}) {
//		if err != nil {
//			return err // says how far the walk got; what came before it is not the whole company
//		}
//		active, known := user.Active()
//		sync(user.UserName, user.DisplayName, active, known, user.Departments)
//	}
//
// What a vendor does not say is not known: it is never false, none or zero. Status is "", a mark is nil, a list is
// nil (and empty where the vendor says that there is nothing in it). JSON leaves all of these out. A text is "" either
// way; whether that means none is seen from the others: a [Snapshot] names the fields that somebody has. Mail addresses
// and telephone numbers that are taken away are told by a vendor that sends the empty field (Feishu, and mostly WeCom
// and WPS); DingTalk leaves out a mail address that is not there, which then looks like one that may not be read.
// Where the app may not read the names that a company gave to its fields, their ids stand in for them, and
// User.StandIns says so.
//
// # Walking
//
// [Walk] visits what the app may see, which [Directory] tells as its [Scope]: the whole company, or the departments
// and single people that the administrator gave it. It reads the members of departments while others are still being
// listed, several at a time and within the vendor's quotas, and yields each person once, with what all departments
// tell.
//
// Most people are yielded as they are read. A person waits for
//
//   - the rows of the other departments, at DingTalk, whose rows tell leader and order of one department only.
//     Departments that somebody waits for are read first;
//   - the record of a department that has not been listed yet, where only that tells who leads it (Feishu, WPS 365);
//   - the end, where a row names no departments, or not the one whose list it is in: any other may have the person as
//     well.
//
// Rows of one person may contradict each other, such as by a title for each department: what the details say is taken,
// or else what the row of the department with the smallest id says. Which departments a person is in is what any row
// says until the person is yielded; a row that names some departments is taken to name all.
//
// Nobody waits for what will not come: a department that is skipped, gone, left out or out of scope holds nobody back.
//
// Memory is bound by one page for each worker, the ids of the people who were seen, a record for each department, and
// those who wait. Ten thousand people at most wait for records: then no more people are read until some departments
// have been listed. At DingTalk those wait who are in several departments and have not been seen in all of them,
// which in the worst case is all who are in more than one. The worst case of all is an app that may not read which
// departments people are in: then everybody is held, about two kilobytes each.
//
// No vendor gives a snapshot: somebody who is moved, while the walk is under way, from a department that has not been
// read to one that has been, is not seen. Run the walk again when that matters; every run stands for itself.
//
// A walk that finds nobody is an error ([ErrEmpty]), since an app without rights looks like an empty company at most
// vendors.
//
// # Groups, leavers, changes, sign-in
//
// What not every vendor has is an interface of its own, which a directory has or has not: [Groups] (WeCom's tags,
// DingTalk's roles, Feishu's user groups), [Leavers] (DingTalk, WPS 365), [Changes] (WPS 365) and [SignIn] (all four).
// With a vendor that does not tell who has left or what has changed, two snapshots do.
//
// # Snapshots
//
// [WriteSnapshot] writes a company as JSON Lines that are equal for equal companies, [ReadSnapshot] reads them and
// refuses what is not whole, and [Diff] tells who was added, changed, moved, left or came back from one to the next.
// It refuses what would hurt if somebody acted on it: another company, another part of it, too many leavers. What one
// of the two does not know is no difference: a permission that the app lost, a number that one person withholds, the
// details of somebody about whom the vendor refused to tell more ([User].Unknown). A sync that keeps what it did as its
// next old snapshot asks for what became known as well ([DiffOptions].Learned) and gets it by [Apply].
//
// # Diagnosis
//
// [Diagnose] says why something cannot be read: which permission, range, setting or date rule withholds it, what that
// means for a sync, and where it is mended. docs/TROUBLESHOOTING.md lists all that it knows.
//
// # Which field comes from where
//
// The tables below say which call tells a field, and which permission opens it. "list" is what a walk has without
// further calls, "detail" what [WalkOptions].Details adds, at one call a person; a dash is what the vendor's calls do
// not tell. A field that the app has no permission for is left out by the vendor without an error.
//
// Telephone numbers are in E.164 where that is certain: the vendor gives a country code, or there are 11 digits that
// begin with 1, which is a mobile number of China. Other numbers are left as they came.
package directory
