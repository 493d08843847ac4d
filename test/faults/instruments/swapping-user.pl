# A hostile user: in a directory of her own she exchanges what is hers for a link to what is not, as fast as she can.
# Arguments: the directory, a file to count in, then TARGET=KIND:NAME for each name that she swaps. KIND says what stands
# at NAME by turns with a link to TARGET: dir (with a file `key`, a directory `sub` and a repository `git`), file, or stage
# (whatever private directory somebody makes beside it).
use strict;
use warnings;
my ($place, $tally, @pairs) = @ARGV;
my $machine = `uname -m`;
my $renameat2 = $machine =~ /aarch64|arm64/ ? 276 : 316;
my ($turns, $trash, $calm) = (0, 0, 0.3);
chdir $place or die "$place: $!";
sub exchange { my ($one, $other) = @_; syscall($renameat2, -100, $one, -100, $other, 2) == 0 }
sub is_hers { my ($name) = @_; my @at = lstat $name; @at && $at[4] == $> }
sub put { my ($name, $text) = @_; open(my $file, '>', $name) or return; print $file $text; close $file }
# What was taken from her, or is gone, is made anew: what lies in her own directory she may always rename.
sub furnish {
  my ($kind, $name, $target) = @_;
  my ($own, $link) = -l $name ? ("$name~", $name) : ($name, "$name~");
  if (!is_hers($link) || !-l $link) { rename $link, "trash." . $trash++ if lstat $link; symlink $target, $link }
  if (!is_hers($own) || -l $own || ($kind eq 'dir' ? !-d $own : !-f $own)) {
    rename $own, "trash." . $trash++ if lstat $own;
    $kind eq 'dir' ? mkdir $own : put($own, "a=1\n");
  }
  return if $kind ne 'dir';
  mkdir "$own/sub"; mkdir "$own/sub/inner"; put("$own/sub/deep", "hers\n") if !-e "$own/sub/deep";
  put("$own/key", "a=1\n") if !-e "$own/key";
  mkdir "$own/git"; mkdir "$own/git/objects"; mkdir "$own/git/refs";
  put("$own/git/HEAD", "ref: refs/heads/x\n") if !-e "$own/git/HEAD";
  put("$own/git/config", "[core]\n\tbare = true\n") if !-e "$own/git/config";
}
sub told { open(my $file, '>', $tally) or return; print $file "$turns\n"; close $file }
$SIG{TERM} = sub { told(); exit 0 };
my @swaps = map { /^(.+)=(dir|file|stage):(.+)$/ or die "not a pair: $_"; [$2, $3, $1] } @pairs;
if ($tally eq 'furnish') { furnish(@$_) for grep { $$_[0] ne 'stage' } @swaps; exit 0 }
# She waits for the private directory that tells of a write, so as to strike at some moment of it.
sub lie_in_wait {
  for (1 .. 400) { last if glob '.ops.*'; select(undef, undef, undef, 0.0005) }
  select(undef, undef, undef, rand(0.03));
}
while (1) {
  for (@swaps) {
    my ($kind, $name, $target) = @$_;
    if ($kind eq 'stage') {
      opendir(my $here, '.') or next;
      for my $each (grep { /^\.ops\.[0-9a-f]+$/ } readdir $here) {
        symlink $target, "$name~";
        if (exchange($each, "$name~")) { $turns++; exchange($each, "$name~") if $turns % 3 }
      }
      next;
    }
    $turns++ if exchange($name, "$name~");
    # At times fast, at times slow: what takes a moment must get through to be put to the test at its end.
    select(undef, undef, undef, rand(0.006)) if rand() < $calm;
    $calm = (0, 0.3, 0.9)[rand 3] if $turns % 128 == 0;
    lie_in_wait() if $turns % 256 > 128 + 64;
    furnish($kind, $name, $target) if $turns % 16 == 0 || !lstat $name || !lstat "$name~";
  }
}
