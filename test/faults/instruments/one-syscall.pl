# Runs a program and everything that it starts under ptrace, counts their system calls in the order in which they
# come, and injects one fault at one of them. Linux on x86_64; perl without any module.
#
#   perl one-syscall.pl REPORT CALLS AT FAULT PROGRAM ARG...
#
# CALLS: numbers of the calls that count, parted by commas, or `all`; of those with a `w`, which open a file, the ones
# that only read do not count. AT: which of them is hit; 0 is none.
# FAULT: `all` kills everything that runs, `one` kills the calling process alone, `after` runs HOOK (from the environment)
# while everything stands still and kills it all then, a number makes the call fail with that errno.
# Ends as PROGRAM did. REPORT gets two lines: the number of the call that was hit (-1: none), and the numbers of all
# calls that counted up to there.
use strict;
use warnings;

my ($ptrace, $wait4, $close, $kill) = (101, 61, 3, 9);
my ($TRACEME, $PEEKUSER, $POKEUSER, $SYSCALL, $SETOPTIONS) = (0, 3, 6, 24, 0x4200);
my ($orig_rax, $rax, $rdx, $rsi) = (15 * 8, 10 * 8, 12 * 8, 13 * 8);
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.
my $writes = 0x1 | 0x2 | 0x40 | 0x200;
# EXITKILL, TRACESYSGOOD, and the births of processes and programs.
my $options = 0x100000 | 0x1 | 0x2 | 0x4 | 0x8 | 0x10;
my $wall = 0x40000000;

my ($report, $calls, $at, $fault, @program) = @ARGV;
my %counts = map { /(\d+)(w?)/ ? ($1 => $2 || 'any') : () } split /,/, $calls;
my $every = $calls eq 'all';

my $main = fork // die "fork: $!";
if ($main == 0) {
    syscall($ptrace, $TRACEME, 0, 0, 0);
    kill 'STOP', $$;
    exec { $program[0] } @program or die "$program[0]: $!";
}
waited($main);
syscall($ptrace, $SETOPTIONS, $main, 0, $options);
syscall($ptrace, $SYSCALL, $main, 0, 0);

my ($hit, $ended, @counted) = (-1, 0);
my %inside = ($main => 0);
my %failing;
while (%inside) {
    my ($pid, $status) = waited(-1);
    last if $pid < 0;
    if (($status & 0xff) != 0x7f) {
        $ended = $status if $pid == $main;
        delete $inside{$pid};
        next;
    }
    my $signal = ($status >> 8) & 0xff;
    my $deliver = 0;
    if ($signal == (5 | 0x80)) {
        entered($pid) if $inside{$pid} ^= 1;
        left($pid) if !$inside{$pid} && delete $failing{$pid};
    } elsif ($status >> 16) {
        # A birth or a new program: nothing to pass on.
    } elsif (!exists $inside{$pid}) {
        # The stop with which a new process begins.
        $inside{$pid} = 0;
    } else {
        $deliver = $signal;
    }
    syscall($ptrace, $SYSCALL, $pid, 0, $deliver);
}
open(my $out, '>', $report) or die "$report: $!";
print $out "$hit\n@counted\n";
close $out;
exit($ended & 0x7f ? 128 + ($ended & 0x7f) : $ended >> 8);

# Perl's own waitpid does not give the whole status of a stop.
sub waited {
    my $status = pack 'i', 0;
    my $pid = syscall($wait4, $_[0], $status, $wall, 0);
    return ($pid, unpack 'i', $status);
}

sub entered {
    my ($pid) = @_;
    return if $hit >= 0;
    my $number = register($pid, $orig_rax);
    return unless $every || $counts{$number};
    # The flags of open are its second argument, those of openat its third.
    return if !$every && $counts{$number} eq 'w' && !(register($pid, $number == 2 ? $rsi : $rdx) & $writes);
    return unless push(@counted, $number) == $at;
    $hit = $number;
    if ($fault eq 'one') {
        kill $kill, $pid;
    } elsif ($fault eq 'all' || $fault eq 'after') {
        system $ENV{HOOK} if $fault eq 'after';
        kill $kill, $_ for keys %inside;
    } else {
        # No such call: the kernel does nothing, and the error is put in its place when it returns. A close that
        # fails has closed all the same (close(2)).
        syscall($ptrace, $POKEUSER, $pid, $orig_rax, -1) unless $number == $close;
        $failing{$pid} = 1;
    }
}

sub register {
    my ($pid, $offset) = @_;
    my $value = pack 'q', -1;
    syscall($ptrace, $PEEKUSER, $pid, $offset, $value);
    return unpack 'q', $value;
}

sub left {
    my ($pid) = @_;
    syscall($ptrace, $POKEUSER, $pid, $rax, -$fault);
}
